//! LaTeX formulas to MathML, which browsers lay out by themselves.

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathDisplay};

use super::escape;

/// The parser recurses with the formula's nesting, which its length bounds.
const MAX_FORMULA_BYTES: usize = 2048;

static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(LatexToMathML::default);

/// `<math>`, or the source as code where it is no formula.
pub(super) fn render(latex: &str, is_display: bool) -> String {
    let display = if is_display {
        MathDisplay::Block
    } else {
        MathDisplay::Inline
    };
    let converted = (latex.len() <= MAX_FORMULA_BYTES)
        .then(|| CONVERTER.convert_with_local_state(latex, display).ok())
        .flatten();
    match converted {
        Some(converted) => converted.mathml,
        None => {
            let delimiter = if is_display { "$$" } else { "$" };
            let source = escape(latex);
            format!("<code class=\"math-error\">{delimiter}{source}{delimiter}</code>")
        }
    }
}
