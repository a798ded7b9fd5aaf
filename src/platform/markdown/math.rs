//! Converts LaTeX formulas to MathML, which browsers lay out themselves.

use std::sync::LazyLock;
use std::thread;

use math_core::{LatexToMathML, MathDisplay};

use super::escape;

const MAX_FORMULA_BYTES: usize = 2048;

/// Longest formula parsed on the current stack. The parser recurses, in the worst case once for
/// each character. Longer formulas get a larger stack.
const MAX_BYTES_IN_PLACE: usize = 100;
const STACK_BYTES: usize = 64 * 1024 * 1024;

static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(LatexToMathML::default);

/// Returns `<math>`. A formula that can't be converted is returned as its source in code.
pub(super) fn render(latex: &str, is_display: bool) -> String {
    convert(latex, is_display).unwrap_or_else(|| {
        let delimiter = if is_display { "$$" } else { "$" };
        let source = escape(latex);
        format!("<code class=\"math-error\">{delimiter}{source}{delimiter}</code>")
    })
}

fn convert(latex: &str, is_display: bool) -> Option<String> {
    let display = if is_display {
        MathDisplay::Block
    } else {
        MathDisplay::Inline
    };
    let parse = || {
        let converted = CONVERTER.convert_with_local_state(latex, display);
        Some(converted.ok()?.mathml)
    };
    match latex.len() {
        length if length <= MAX_BYTES_IN_PLACE => parse(),
        length if length <= MAX_FORMULA_BYTES => thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(STACK_BYTES);
            thread.spawn_scoped(scope, parse).ok()?.join().ok()?
        }),
        _ => None,
    }
}
