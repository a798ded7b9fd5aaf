//! The `lyceum` binary; see `cli` for its subcommands.

fn main() -> std::process::ExitCode {
    lyceum::cli::main()
}
