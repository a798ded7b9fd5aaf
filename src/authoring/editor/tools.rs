//! The buttons of the editor's toolbar: what each of them makes of a selection.

/// A button of the toolbar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Bold,
    Italic,
    Heading,
    List,
    Link,
    Code,
    Formula,
    Note,
    Table,
}

/// Text that takes the place of the selection. `select` is its part that is then selected: its
/// begin and its length in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolEdit {
    pub insert: String,
    pub select: (u32, u32),
}

impl Tool {
    pub const ALL: [Self; 9] = [
        Self::Bold,
        Self::Italic,
        Self::Heading,
        Self::List,
        Self::Link,
        Self::Code,
        Self::Formula,
        Self::Note,
        Self::Table,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Bold => "Bold",
            Self::Italic => "Italic",
            Self::Heading => "Heading",
            Self::List => "List",
            Self::Link => "Link",
            Self::Code => "Code",
            Self::Formula => "Formula",
            Self::Note => "Note",
            Self::Table => "Table",
        }
    }

    /// Letter that works the tool together with Ctrl, or with ⌘ on a Mac.
    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::Bold => Some("b"),
            Self::Italic => Some("i"),
            Self::Link => Some("k"),
            Self::Code => Some("e"),
            Self::Formula => Some("m"),
            Self::Heading | Self::List | Self::Note | Self::Table => None,
        }
    }

    /// True for tools that change whole lines. Their selection begins at the start of a line.
    pub fn takes_lines(self) -> bool {
        matches!(self, Self::Heading | Self::List | Self::Note)
    }

    /// Returns the edit for the selected text. `before` is the text before it.
    pub fn edit(self, before: &str, selected: &str) -> ToolEdit {
        match self {
            Self::Bold => around("**", selected, "bold text"),
            Self::Italic => around("*", selected, "italic text"),
            Self::Link => link(selected),
            Self::Code if selected.contains('\n') => fenced(before, "```", selected),
            Self::Code => around("`", selected, "code"),
            Self::Formula if selected.contains('\n') => fenced(before, "$$", selected),
            Self::Formula => around("$", selected, "x^2"),
            Self::Heading => lines("## ", selected, "Heading"),
            Self::List => lines("- ", selected, "Item"),
            Self::Note => note(before, selected),
            Self::Table => table(before),
        }
    }
}

/// Places the mark on both sides, or takes it away if it is there.
fn around(mark: &str, selected: &str, example: &str) -> ToolEdit {
    let inner = selected
        .strip_prefix(mark)
        .and_then(|rest| rest.strip_suffix(mark));
    match inner.filter(|inner| !inner.is_empty() && !inner.starts_with(mark)) {
        Some(inner) => ToolEdit {
            select: (0, width(inner)),
            insert: inner.to_owned(),
        },
        None => {
            let text = if selected.is_empty() {
                example
            } else {
                selected
            };
            ToolEdit {
                insert: format!("{mark}{text}{mark}"),
                select: (width(mark), width(text)),
            }
        }
    }
}

fn link(selected: &str) -> ToolEdit {
    let is_address = selected.starts_with("https://") || selected.starts_with("http://");
    let (text, address) = match (is_address, selected) {
        (true, address) => ("text", address),
        (false, "") => ("text", "https://"),
        (false, text) => (text, "https://"),
    };
    let select = match is_address {
        true => (1, width(text)),
        false => (width(text) + 3, width(address)),
    };
    ToolEdit {
        insert: format!("[{text}]({address})"),
        select,
    }
}

fn fenced(before: &str, fence: &str, selected: &str) -> ToolEdit {
    let gap = gap(before);
    let text = selected.trim_matches('\n');
    ToolEdit {
        insert: format!("{gap}{fence}\n{text}\n{fence}\n"),
        select: (width(gap) + width(fence) + 1, width(text)),
    }
}

/// Begins each line with the mark, or takes the marks away if all lines have it.
fn lines(mark: &str, selected: &str, example: &str) -> ToolEdit {
    let text = if selected.trim().is_empty() {
        example
    } else {
        selected
    };
    let all_have = text.lines().all(|line| line.starts_with(mark));
    let changed: Vec<String> = text
        .lines()
        .map(|line| match all_have {
            true => line[mark.len()..].to_owned(),
            false if line.trim().is_empty() => line.to_owned(),
            false => format!("{mark}{line}"),
        })
        .collect();
    let insert = changed.join("\n");
    let begin = match all_have || changed.len() > 1 {
        true => 0,
        false => width(mark),
    };
    ToolEdit {
        select: (begin, width(&insert) - begin),
        insert,
    }
}

fn note(before: &str, selected: &str) -> ToolEdit {
    const HEAD: &str = "> [!NOTE]\n";
    let gap = gap(before);
    let text = if selected.trim().is_empty() {
        "Text of the note"
    } else {
        selected
    };
    let quoted: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
    let quoted = quoted.join("\n");
    ToolEdit {
        select: (width(gap) + width(HEAD) + 2, width(&quoted) - 2),
        insert: format!("{gap}{HEAD}{quoted}\n"),
    }
}

fn table(before: &str) -> ToolEdit {
    const FIRST: &str = "Column";
    let gap = gap(before);
    ToolEdit {
        insert: format!("{gap}| {FIRST} | Column |\n| --- | --- |\n|  |  |\n"),
        select: (width(gap) + 2, width(FIRST)),
    }
}

/// Returns the line that places a question in a text, with the line breaks around it.
pub fn question_line(before: &str, key: &str) -> String {
    format!("{}{{{{question {key}}}}}\n\n", gap(before))
}

/// Line breaks that are missing for a block to begin after this text.
fn gap(before: &str) -> &'static str {
    match before {
        "" => "",
        text if text.ends_with("\n\n") => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    }
}

/// Length in UTF-16 units, as browsers count selections.
fn width(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edit with its selection in brackets. Texts are ASCII.
    fn made(tool: Tool, before: &str, selected: &str) -> String {
        let edit = tool.edit(before, selected);
        let (begin, length) = (edit.select.0 as usize, edit.select.1 as usize);
        let (head, rest) = edit.insert.split_at(begin);
        let (inside, tail) = rest.split_at(length);
        format!("{head}‹{inside}›{tail}")
    }

    #[test]
    fn marks_go_around_the_selection_and_off_again() {
        assert_eq!(made(Tool::Bold, "", "mean"), "**‹mean›**");
        assert_eq!(made(Tool::Bold, "", "**mean**"), "‹mean›");
        assert_eq!(made(Tool::Italic, "", ""), "*‹italic text›*");
        assert_eq!(made(Tool::Formula, "", "a^2"), "$‹a^2›$");
        assert_eq!(made(Tool::Code, "x", "a\nb"), "\n\n```\n‹a\nb›\n```\n");
        assert_eq!(made(Tool::Link, "", "here"), "[here](‹https://›)");
        assert_eq!(
            made(Tool::Link, "", "https://a.test"),
            "[‹text›](https://a.test)"
        );
    }

    #[test]
    fn lines_get_their_marks_and_blocks_their_space() {
        assert_eq!(made(Tool::Heading, "", "Mean"), "## ‹Mean›");
        assert_eq!(made(Tool::Heading, "", "## Mean"), "‹Mean›");
        assert_eq!(made(Tool::List, "", "a\n\nb"), "‹- a\n\n- b›");
        assert_eq!(made(Tool::List, "", "- a\n- b"), "‹a\nb›");
        assert_eq!(
            made(Tool::Note, "Text.\n", ""),
            "\n> [!NOTE]\n> ‹Text of the note›\n"
        );
        assert!(made(Tool::Table, "", "").starts_with("| ‹Column› | Column |\n"));
        assert_eq!(Tool::Bold.edit("", "é𝄞").select, (2, 3));
        assert_eq!(question_line("A.", "site:1"), "\n\n{{question site:1}}\n\n");
    }
}
