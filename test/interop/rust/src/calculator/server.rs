//! The objects of the calculator.

use std::cell::RefCell;
use std::rc::Rc;

use capnp::Error;
use capnp::message::HeapAllocator;
use capnp_rpc::{ImbuedMessageBuilder, new_client};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, ready, try_join_all};

use crate::calculator_capnp::calculator::*;

/// The value of an expression. What it calls runs concurrently; the future needs nothing of the expression's message.
fn compute(expression: expression::Reader, arguments: &[f64]) -> LocalBoxFuture<'static, capnp::Result<f64>> {
    try_compute(expression, arguments).unwrap_or_else(|error| ready(Err(error)).boxed_local())
}

fn try_compute(
    expression: expression::Reader,
    arguments: &[f64],
) -> capnp::Result<LocalBoxFuture<'static, capnp::Result<f64>>> {
    Ok(match expression.which()? {
        expression::Literal(value) => ready(Ok(value)).boxed_local(),
        expression::PreviousResult(value) => {
            let read = value?.read_request().send();
            async move { Ok(read.promise.await?.get()?.get_value()) }.boxed_local()
        }
        expression::Parameter(index) => {
            let argument = arguments.get(index as usize).copied();
            ready(argument.ok_or_else(|| Error::failed(format!("the function has no argument {index}")))).boxed_local()
        }
        expression::Call(call) => {
            let function = call.get_function()?;
            let params: Vec<_> = call.get_params()?.iter().map(|param| compute(param, arguments)).collect();
            async move {
                let values = try_join_all(params).await?;
                let mut request = function.call_request();
                request.get().set_params(values.as_slice())?;
                Ok(request.send().promise.await?.get()?.get_value())
            }
            .boxed_local()
        }
    })
}

struct ValueObject(f64);

impl value::Server for ValueObject {
    async fn read(self: Rc<Self>, _: value::ReadParams, mut results: value::ReadResults) -> capnp::Result<()> {
        results.get().set_value(self.0);
        Ok(())
    }
}

struct OperatorObject(Operator);

impl function::Server for OperatorObject {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> capnp::Result<()> {
        let params = params.get()?.get_params()?;
        if params.len() != 2 {
            return Err(Error::failed(format!("an operator takes two arguments, not {}", params.len())));
        }
        let (left, right) = (params.get(0), params.get(1));
        results.get().set_value(match self.0 {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Divide => left / right,
        });
        Ok(())
    }
}

struct DefinedFunction {
    param_count: i32,
    body: RefCell<ImbuedMessageBuilder<HeapAllocator>>,
}

impl DefinedFunction {
    fn new(param_count: i32, source: expression::Reader) -> capnp::Result<Self> {
        let mut body = ImbuedMessageBuilder::new(HeapAllocator::new());
        body.set_root(source)?;
        Ok(Self { param_count, body: RefCell::new(body) })
    }

    fn apply(&self, arguments: &[f64]) -> LocalBoxFuture<'static, capnp::Result<f64>> {
        match self.body.borrow_mut().get_root::<expression::Builder>() {
            Ok(body) => compute(body.into_reader(), arguments),
            Err(error) => ready(Err(error)).boxed_local(),
        }
    }
}

impl function::Server for DefinedFunction {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> capnp::Result<()> {
        let arguments: Vec<f64> = params.get()?.get_params()?.iter().collect();
        if i64::try_from(arguments.len()) != Ok(self.param_count.into()) {
            return Err(Error::failed(format!("{} arguments for {} parameters", arguments.len(), self.param_count)));
        }
        results.get().set_value(self.apply(&arguments).await?);
        Ok(())
    }
}

pub struct CalculatorObject;

impl Server for CalculatorObject {
    async fn evaluate(self: Rc<Self>, params: EvaluateParams, mut results: EvaluateResults) -> capnp::Result<()> {
        let value = compute(params.get()?.get_expression()?, &[]).await?;
        results.get().set_value(new_client(ValueObject(value)));
        Ok(())
    }

    async fn def_function(
        self: Rc<Self>,
        params: DefFunctionParams,
        mut results: DefFunctionResults,
    ) -> capnp::Result<()> {
        let params = params.get()?;
        let function = DefinedFunction::new(params.get_param_count(), params.get_body()?)?;
        results.get().set_func(new_client(function));
        Ok(())
    }

    async fn get_operator(
        self: Rc<Self>,
        params: GetOperatorParams,
        mut results: GetOperatorResults,
    ) -> capnp::Result<()> {
        results.get().set_func(new_client(OperatorObject(params.get()?.get_op()?)));
        Ok(())
    }
}
