//! The text of a topic as authors write it. `{{question KEY}}` on a line of its own places a
//! question; the stored text has an element there, as the native course format makes it.

const START: &str = "<div data-question=\"";
const END: &str = "\"></div>";

/// Returns the text as it is stored.
pub fn stored(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut fence: Option<&str> = None;
    for line in written.split_inclusive('\n') {
        let trimmed = line.trim();
        match (fence, fence_of(trimmed)) {
            (None, Some(opened)) => fence = Some(opened),
            (Some(open), Some(closed)) if closed.starts_with(open) && closed == trimmed => {
                fence = None;
            }
            _ => {}
        }
        match question_of(trimmed).filter(|_| fence.is_none()) {
            Some(key) => {
                let indent = &line[..line.len() - line.trim_start().len()];
                text.push_str(&format!("\n{indent}{START}{key}{END}\n\n"));
            }
            None => text.push_str(line),
        }
    }
    text
}

/// Returns a stored text as authors write it.
pub fn written(stored: &str) -> String {
    let lines: Vec<&str> = stored.split_inclusive('\n').collect();
    let mut text: Vec<String> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let key = line
            .trim()
            .strip_prefix(START)
            .and_then(|rest| rest.strip_suffix(END));
        let is_alone =
            text.last().is_some_and(|before| before == "\n") && lines.get(at + 1) == Some(&"\n");
        match key.filter(|_| is_alone) {
            Some(key) => {
                let indent = &line[..line.len() - line.trim_start().len()];
                text.pop();
                text.push(format!("{indent}{{{{question {key}}}}}\n"));
                at += 2;
            }
            None => {
                text.push(line.to_owned());
                at += 1;
            }
        }
    }
    text.concat()
}

/// The signs with which a line opens or closes a block of code.
pub fn fence_of(line: &str) -> Option<&str> {
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == sign).count();
    (length >= 3).then(|| &line[..length])
}

fn question_of(line: &str) -> Option<&str> {
    let inside = line.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let key = inside.strip_prefix("question ")?.trim();
    let is_key =
        !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || "\"<>&".contains(c));
    is_key.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_placed_and_written_back() {
        let text =
            "Before\n{{question one}}\n{{ question two }}\n- item\n  {{question three}}\nAfter";
        let kept = stored(text);
        assert!(
            kept.starts_with("Before\n\n<div data-question=\"one\"></div>\n\n\n<div"),
            "{kept}"
        );
        assert!(kept.contains("\n\n  <div data-question=\"three\"></div>\n\n"));
        assert_eq!(
            written(&kept),
            text.replace("{{ question two }}", "{{question two}}")
        );
        assert_eq!(stored(&written(&kept)), kept);
    }

    #[test]
    fn code_and_other_braces_stay() {
        for text in [
            "```\n{{question one}}\n```\n",
            "~~~~ md\n~~~\n{{question one}}\n~~~~\n",
            "{{question}}\n",
            "{{question a b}}",
            "{{question \"x\"}}",
            "see {{question one}} here",
            "<div data-question=\"x\"></div>\n",
        ] {
            assert_eq!(stored(text), text);
            assert_eq!(written(text), text);
        }
        let after = "```\ncode\n```\n{{question one}}\n";
        assert!(stored(after).contains("data-question"));
    }
}
