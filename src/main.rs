//! The binary: everything is a subcommand of `lyceum`.

fn main() -> std::process::ExitCode {
    lyceum::cli::main()
}
