//! Highlights terminal sessions: tells prompts and typed commands from the machine's output.

use super::highlight::{Class, Runs};

/// Splits a session into runs. None if no line begins with a prompt, as in a script or plain
/// output.
pub(super) fn runs(code: &str) -> Option<Runs> {
    if !code.lines().any(|line| prompt_len(line).is_some()) {
        return None;
    }
    let mut runs = Runs::default();
    let mut continues = false;
    for line in code.split_inclusive('\n') {
        let prompt = match prompt_len(line) {
            Some(len) => len,
            None if continues => continuation_len(line),
            None => {
                runs.push(None, line);
                continue;
            }
        };
        let (prompt, command) = line.split_at(prompt);
        if !prompt.is_empty() {
            runs.push_token(Some(Class::Prompt), prompt);
        }
        runs.push(Some(Class::Emphasis), command.trim_end());
        runs.push(None, &command[command.trim_end().len()..]);
        continues = command.trim_end().ends_with(['\\', '`', '^']);
    }
    Some(runs)
}

/// Returns the bytes of the prompt at the start of a line: `$ `, `> `, `user@host:~$ `, `PS C:\> `,
/// `C:\> `.
fn prompt_len(line: &str) -> Option<usize> {
    if matches!(line.trim_end(), "$" | ">") {
        return Some(1);
    }
    if line.starts_with("$ ") || line.starts_with("> ") {
        return Some(2);
    }
    let (before, mark) = match (line.find("$ "), line.find("> ")) {
        (Some(dollar), _) if line[..dollar].contains('@') => (&line[..dollar], dollar),
        (_, Some(angle)) => (&line[..angle], angle),
        _ => return None,
    };
    let is_unix = before.contains('@') && !before.contains(char::is_whitespace);
    let is_power_shell = before == "PS" || before.starts_with("PS ");
    let is_drive = before.as_bytes().get(1..3) == Some(b":\\");
    (is_unix || is_power_shell || is_drive).then_some(mark + 2)
}

fn continuation_len(line: &str) -> usize {
    if line.starts_with("> ") { 2 } else { 0 }
}
