//! Adds, moves and removes rows of a question form, and fits it to another type, for browsers
//! without JavaScript.

use crate::question_bank::QuestionType;
use crate::question_bank::authoring::{MOST_ROWS, QuestionForm};

/// Rows of a new question, and rows that one step adds.
pub const ROWS: usize = 4;
const FEWEST_ROWS: usize = 2;

/// The outcome of a step: the number of rows, and the id of the element that gets the focus.
#[derive(Debug, PartialEq, Eq)]
pub struct RowStep {
    pub rows: usize,
    pub focus: String,
}

/// True for a value of the form's buttons that only shows the form again.
pub fn is_step(go: &str) -> bool {
    ["preview", "try", "more", "kind"].contains(&go) || row_of(go).is_some()
}

/// Splits `up-2` and the like into the step and the row's index.
fn row_of(go: &str) -> Option<(&str, usize)> {
    let (step, at) = go.split_once('-')?;
    let at = at.parse().ok().filter(|at| *at < MOST_ROWS)?;
    ["up", "down", "remove"]
        .contains(&step)
        .then_some((step, at))
}

/// Applies the step to the form.
pub fn apply(go: &str, form: &mut QuestionForm) -> RowStep {
    let rows = form.texts.len().max(form.partners.len());
    let step = |rows: usize, focus: String| RowStep {
        rows: rows.clamp(FEWEST_ROWS, MOST_ROWS),
        focus,
    };
    match (go, row_of(go)) {
        ("more", _) => step(rows + ROWS, row_id(rows.min(MOST_ROWS - 1))),
        (_, Some(("remove", at))) if at < rows => {
            remove(form, at);
            step(rows - 1, row_id(at.min(rows.saturating_sub(2))))
        }
        (_, Some((name @ ("up" | "down"), at))) if at < rows => {
            let to = match name {
                "up" => at.checked_sub(1),
                _ => Some(at + 1).filter(|to| *to < rows),
            };
            let Some(to) = to else {
                return step(rows, row_id(at));
            };
            swap(form, at, to);
            // The button of the first row that moves up, and of the last that moves down, is off.
            let is_at_end = to == 0 || to + 1 == rows;
            let focus = match (is_at_end, name) {
                (true, _) => row_id(to),
                (false, name) => format!("ly-{name}-{to}"),
            };
            step(rows, focus)
        }
        ("kind", _) => {
            fit(form);
            step(rows.max(ROWS), "ly-change".to_owned())
        }
        ("preview" | "try", _) => step(rows.max(ROWS), format!("ly-{go}")),
        _ => step(rows.max(ROWS), String::new()),
    }
}

pub fn row_id(at: usize) -> String {
    format!("ly-row-{at}")
}

/// Marks the right options of the new type as those of the former type were marked, unless some
/// are marked already.
fn fit(form: &mut QuestionForm) {
    match QuestionType::parse(&form.kind) {
        Some(QuestionType::MultipleChoice) if form.several.is_empty() => {
            form.several.clone_from(&form.right);
        }
        Some(QuestionType::SingleChoice) if form.right.is_empty() => {
            form.right = form.several.iter().take(1).cloned().collect();
        }
        _ => {}
    }
}

fn remove(form: &mut QuestionForm, at: usize) {
    for texts in [&mut form.texts, &mut form.partners] {
        if at < texts.len() {
            texts.remove(at);
        }
    }
    renumber(form, |number| match number.cmp(&at) {
        std::cmp::Ordering::Less => Some(number),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(number - 1),
    });
}

fn swap(form: &mut QuestionForm, at: usize, to: usize) {
    for texts in [&mut form.texts, &mut form.partners] {
        texts.resize(texts.len().max(at.max(to) + 1), String::new());
        texts.swap(at, to);
    }
    renumber(form, |number| {
        Some(match number {
            number if number == at => to,
            number if number == to => at,
            number => number,
        })
    });
}

fn renumber(form: &mut QuestionForm, to: impl Fn(usize) -> Option<usize>) {
    for marks in [&mut form.right, &mut form.several] {
        let numbers = marks.iter().filter_map(|mark| to(mark.parse().ok()?));
        *marks = numbers.map(|number| number.to_string()).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: [&str; 3]) -> Vec<String> {
        texts.map(str::to_owned).to_vec()
    }

    fn form() -> QuestionForm {
        QuestionForm {
            kind: "single_choice".into(),
            texts: texts(["a", "b", "c"]),
            partners: texts(["1", "2", "3"]),
            right: vec!["1".into()],
            several: vec!["0".into(), "2".into()],
            ..QuestionForm::default()
        }
    }

    #[test]
    fn a_row_moves_with_its_partner_and_its_marks() {
        let mut moved = form();
        let step = apply("down-1", &mut moved);
        assert_eq!((step.rows, step.focus.as_str()), (3, "ly-row-2"));
        assert_eq!(moved.texts, texts(["a", "c", "b"]));
        assert_eq!(moved.partners, texts(["1", "3", "2"]));
        assert_eq!(
            (moved.right, moved.several),
            (vec!["2".into()], vec!["0".into(), "1".into()])
        );
        let mut stays = form();
        assert_eq!(apply("up-0", &mut stays).focus, "ly-row-0");
        assert_eq!(stays, form());
    }

    #[test]
    fn a_removed_row_takes_its_marks_along() {
        let mut left = form();
        let step = apply("remove-1", &mut left);
        assert_eq!((step.rows, step.focus.as_str()), (2, "ly-row-1"));
        assert_eq!((left.texts.len(), left.partners.len()), (2, 2));
        assert!(left.right.is_empty());
        assert_eq!(left.several, ["0", "1"]);
        assert_eq!(apply("more", &mut left).focus, "ly-row-2");
        for nonsense in ["remove-7", "up-99", "down-x", "save"] {
            let before = left.clone();
            apply(nonsense, &mut left);
            assert_eq!(left, before, "{nonsense}");
        }
        assert!(is_step("up-3") && !is_step("up-99") && !is_step("save"));
    }

    #[test]
    fn another_type_keeps_which_options_are_right() {
        let mut several = QuestionForm {
            kind: "multiple_choice".into(),
            several: Vec::new(),
            ..form()
        };
        apply("kind", &mut several);
        assert_eq!(several.several, ["1"]);
        let mut one = QuestionForm {
            right: Vec::new(),
            ..form()
        };
        apply("kind", &mut one);
        assert_eq!((one.right, one.several.len()), (vec!["0".to_owned()], 2));
    }
}
