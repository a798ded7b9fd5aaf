//! Migrations are embedded in the binary: changing one rebuilds it.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
