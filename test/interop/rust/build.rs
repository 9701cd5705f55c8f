//! Generates the Rust code of the repository's own schemas. Needs the `capnp` tool.

fn main() {
    for (directory, file) in [("..", "interop.capnp"), ("../../../examples/calculator", "calculator.capnp")] {
        capnpc::CompilerCommand::new()
            .src_prefix(directory)
            .file(format!("{directory}/{file}"))
            .run()
            .unwrap_or_else(|error| panic!("{file} does not compile: {error}"));
    }
}
