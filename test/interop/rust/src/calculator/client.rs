//! The calls of the calculator example. Each step sends everything it needs before it waits for anything.

use std::cell::Cell;
use std::rc::Rc;

use capnp::Error;
use capnp::capability::Request;
use capnp::struct_list;
use capnp_rpc::new_client;
use futures::future::try_join_all;

use crate::calculator_capnp::calculator::*;
use crate::interop::promises::eager;

pub struct Steps {
    pub calculator: Client,
}

type Evaluation = Request<evaluate_params::Owned, evaluate_results::Owned>;
type Params<'a> = struct_list::Builder<'a, expression::Owned>;

/// Makes `target` a call of `function` and returns its parameters.
fn call(target: expression::Builder, function: function::Client, param_count: u32) -> Params {
    let mut group = target.init_call();
    group.set_function(function);
    group.init_params(param_count)
}

/// Sends the evaluation and asks for its value without waiting for it.
fn read(evaluation: Evaluation) -> impl Future<Output = capnp::Result<f64>> {
    let call = evaluation.send().pipeline.get_value().read_request().send();
    eager(async move { Ok(call.promise.await?.get()?.get_value()) })
}

impl Steps {
    fn evaluation(&self) -> Evaluation {
        self.calculator.evaluate_request()
    }

    fn operator(&self, operator: Operator) -> function::Client {
        let mut request = self.calculator.get_operator_request();
        request.get().set_op(operator);
        request.send().pipeline.get_func()
    }

    pub async fn literal(&self) -> capnp::Result<Vec<f64>> {
        let mut evaluation = self.evaluation();
        evaluation.get().init_expression().set_literal(123.0);
        Ok(vec![read(evaluation).await?])
    }

    pub async fn add_and_subtract(&self) -> capnp::Result<Vec<f64>> {
        let mut evaluation = self.evaluation();
        let mut outer = call(evaluation.get().init_expression(), self.operator(Operator::Subtract), 2);
        let mut inner = call(outer.reborrow().get(0), self.operator(Operator::Add), 2);
        inner.reborrow().get(0).set_literal(123.0);
        inner.get(1).set_literal(45.0);
        outer.get(1).set_literal(67.0);
        Ok(vec![read(evaluation).await?])
    }

    pub async fn deferred_reads(&self) -> capnp::Result<Vec<f64>> {
        let add = self.operator(Operator::Add);
        let mut evaluation = self.evaluation();
        let mut factors = call(evaluation.get().init_expression(), self.operator(Operator::Multiply), 2);
        factors.reborrow().get(0).set_literal(4.0);
        factors.get(1).set_literal(6.0);
        let product = evaluation.send().pipeline.get_value();
        let sums = [3.0, 5.0].map(|number| {
            let mut evaluation = self.evaluation();
            let mut terms = call(evaluation.get().init_expression(), add.clone(), 2);
            terms.reborrow().get(0).set_previous_result(product.clone());
            terms.get(1).set_literal(number);
            read(evaluation)
        });
        try_join_all(sums).await
    }

    pub async fn defined_functions(&self) -> capnp::Result<Vec<f64>> {
        let (add, multiply) = (self.operator(Operator::Add), self.operator(Operator::Multiply));

        // f(x, y) = x * 100 + y
        let mut request = self.calculator.def_function_request();
        request.get().set_param_count(2);
        let mut sum = call(request.get().init_body(), add.clone(), 2);
        let mut product = call(sum.reborrow().get(0), multiply.clone(), 2);
        product.reborrow().get(0).set_parameter(0);
        product.get(1).set_literal(100.0);
        sum.get(1).set_parameter(1);
        let f = request.send().pipeline.get_func();

        // g(x) = f(x, x + 1) * 2
        let mut request = self.calculator.def_function_request();
        request.get().set_param_count(1);
        let mut twice = call(request.get().init_body(), multiply, 2);
        let mut of_f = call(twice.reborrow().get(0), f.clone(), 2);
        of_f.reborrow().get(0).set_parameter(0);
        let mut successor = call(of_f.get(1), add, 2);
        successor.reborrow().get(0).set_parameter(0);
        successor.get(1).set_literal(1.0);
        twice.get(1).set_literal(2.0);
        let g = request.send().pipeline.get_func();

        let mut evaluate_f = self.evaluation();
        let mut arguments = call(evaluate_f.get().init_expression(), f, 2);
        arguments.reborrow().get(0).set_literal(12.0);
        arguments.get(1).set_literal(34.0);
        let mut evaluate_g = self.evaluation();
        call(evaluate_g.get().init_expression(), g, 1).get(0).set_literal(21.0);
        try_join_all([read(evaluate_f), read(evaluate_g)]).await
    }

    pub async fn callback(&self) -> capnp::Result<Vec<f64>> {
        let calls = Rc::new(Cell::new(0));
        let mut evaluation = self.evaluation();
        let power = new_client(Power { calls: calls.clone() });
        let mut power = call(evaluation.get().init_expression(), power, 2);
        power.reborrow().get(0).set_literal(2.0);
        let mut sum = call(power.get(1), self.operator(Operator::Add), 2);
        sum.reborrow().get(0).set_literal(4.0);
        sum.get(1).set_literal(5.0);
        let value = read(evaluation).await?;
        match calls.get() {
            1 => Ok(vec![value]),
            calls => Err(Error::failed(format!("pow was called {calls} times"))),
        }
    }
}

/// A function of the client's own.
struct Power {
    calls: Rc<Cell<u32>>,
}

impl function::Server for Power {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> capnp::Result<()> {
        let params = params.get()?.get_params()?;
        if params.len() != 2 {
            return Err(Error::failed(format!("pow takes two arguments, not {}", params.len())));
        }
        self.calls.set(self.calls.get() + 1);
        results.get().set_value(params.get(0).powf(params.get(1)));
        Ok(())
    }
}
