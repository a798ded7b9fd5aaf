//! The `lyceum` binary; see `cli` for its subcommands.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    lyceum::cli::main()
}
