//! Reads a list of people from a CSV file, as spreadsheets in any language write them: in UTF-8 or
//! UTF-16, separated by commas, semicolons or tabs, with or without a header. Formulas are text.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};
use serde::{Deserialize, Serialize};

use super::check;
use crate::cohort::teach::{LIST_BYTES, LIST_LINES};
use crate::platform::auth::normalize_email;
use crate::platform::figures;
use crate::question_bank::server::exchange::encoding;

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPerson {
    /// Number of the line in the file, from 1.
    pub line: u64,
    /// The normalized address, or the text that is none.
    pub email: String,
    pub name: Option<String>,
    pub batch_no: Option<i32>,
    /// Reason for leaving the line out.
    pub problem: Option<String>,
}

/// Longest part of a malformed value that is kept to show it, in characters.
const SHOWN: usize = 100;

/// A line as the file has it. The third column is that of the reader's headings.
#[derive(Debug, Clone)]
pub struct RawLine {
    /// Number of the line in the file, from 1.
    pub line: u64,
    pub email: String,
    pub name: String,
    pub third: String,
}

/// Reads the lines of a file.
///
/// # Errors
///
/// A sentence for people if the file as a whole cannot be used.
pub fn read(bytes: &[u8]) -> Result<Vec<ListedPerson>, String> {
    let mut seen = HashMap::new();
    let lines = read_lines(bytes, &BATCH)?;
    Ok(lines
        .into_iter()
        .map(|line| person(line, &mut seen))
        .collect())
}

/// Reads the lines of a file with addresses, names, and a third column under one of the headings
/// `third`. The first of the headings names the column in sentences.
///
/// # Errors
///
/// A sentence for people if the file as a whole cannot be used.
pub fn read_lines(bytes: &[u8], third: &[&str]) -> Result<Vec<RawLine>, String> {
    if bytes.len() > LIST_BYTES {
        return Err(too_large());
    }
    let text = encoding::text(bytes)?;
    let (text, separator, skipped) = separated(&text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut columns = None;
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| "The file is not a CSV file.".to_owned())?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let found = match columns {
            Some(columns) => columns,
            None => {
                let (found, is_header) = columns_of(&record, third)?;
                columns = Some(found);
                if is_header {
                    continue;
                }
                found
            }
        };
        if lines.len() == LIST_LINES {
            return Err(format!(
                "The file has more than {} lines. Upload it in parts.",
                figures::number(LIST_LINES)
            ));
        }
        let cell = |column: Option<usize>| {
            let cell = column.and_then(|at| record.get(at));
            cell.unwrap_or_default().to_owned()
        };
        lines.push(RawLine {
            line: skipped + record.position().map_or(0, csv::Position::line),
            email: cell(Some(found.email)),
            name: cell(found.name),
            third: cell(found.third),
        });
    }
    match lines.is_empty() {
        true => Err("The file lists nobody.".to_owned()),
        false => Ok(lines),
    }
}

pub fn too_large() -> String {
    format!(
        "A list may have {} at most. Nothing was read.",
        figures::megabytes(LIST_BYTES)
    )
}

/// Returns the text of the table, its separator, and the number of lines before it. Excel writes a
/// first line such as "sep=;".
fn separated(text: &str) -> (&str, u8, u64) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(separator) = first.trim().strip_prefix("sep=")
        && let [separator @ (b',' | b';' | b'\t' | b'|')] = separator.as_bytes()
    {
        return (rest, *separator, 1);
    }
    let mut in_quotes = false;
    let mut counts = [(b';', 0), (b'\t', 0), (b',', 0)];
    for byte in first.bytes() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            byte if !in_quotes => {
                for (separator, count) in &mut counts {
                    *count += usize::from(*separator == byte);
                }
            }
            _ => {}
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    (text, most.map_or(b',', |(separator, _)| separator), 0)
}

/// Positions of the columns.
#[derive(Debug, Clone, Copy)]
struct ListColumns {
    email: usize,
    name: Option<usize>,
    third: Option<usize>,
}

const EMAIL: [&str; 6] = [
    "email",
    "e-mail",
    "mail",
    "email address",
    "e-mail address",
    "address",
];
const NAME: [&str; 4] = ["name", "full name", "learner", "display name"];
const BATCH: [&str; 3] = ["batch", "batch_no", "group"];

/// Finds the columns by a header, or by the address in the first line. Returns true for a header.
fn columns_of(first: &StringRecord, third: &[&str]) -> Result<(ListColumns, bool), String> {
    let named = |names: &[&str]| {
        first
            .iter()
            .position(|cell| names.contains(&cell.trim().to_lowercase().as_str()))
    };
    if let Some(email) = named(&EMAIL) {
        let columns = ListColumns {
            email,
            name: named(&NAME),
            third: named(third),
        };
        return Ok((columns, true));
    }
    match first.iter().position(|cell| cell.contains('@')) {
        // Without a header: address, name, third; or name, address, third.
        Some(email @ (0 | 1)) => Ok((
            ListColumns {
                email,
                name: Some(1 - email),
                third: Some(2),
            },
            false,
        )),
        _ => Err(format!(
            "The file has no column of email addresses. Give the first line the headings “email”, “name” and “{}”.",
            third.first().unwrap_or(&"")
        )),
    }
}

fn person(line: RawLine, seen: &mut HashMap<String, u64>) -> ListedPerson {
    let (email, problem) = address(&line, seen);
    let name = check::name(&line.name);
    let batch_no = check::batch(&line.third);
    let problem = match (problem, &name, &batch_no) {
        (AddressProblem::Malformed(why), ..) => Some(why),
        (_, Err(why), _) | (_, _, Err(why)) => Some(why.clone()),
        (AddressProblem::Again(why), ..) => Some(why),
        (AddressProblem::None, ..) => None,
    };
    ListedPerson {
        line: line.line,
        email,
        name: name.unwrap_or_else(|_| Some(shown(&line.name))),
        batch_no: batch_no.unwrap_or_default(),
        problem,
    }
}

/// The problem with the address of a line, in a sentence.
pub enum AddressProblem {
    None,
    Malformed(String),
    /// An earlier line has the same address.
    Again(String),
}

/// Returns the normalized address of a line, or the beginning of the text that is none. `seen` has
/// the lines of the addresses so far.
pub fn address(line: &RawLine, seen: &mut HashMap<String, u64>) -> (String, AddressProblem) {
    let Ok(email) = normalize_email(&line.email) else {
        let why = match line.email.trim() {
            "" => "The email address is missing.",
            _ => "This is not an email address.",
        };
        return (
            shown(&line.email),
            AddressProblem::Malformed(why.to_owned()),
        );
    };
    let problem = match seen.get(&email) {
        Some(first) => AddressProblem::Again(format!("Line {first} has the same address.")),
        None => AddressProblem::None,
    };
    seen.entry(email.clone()).or_insert(line.line);
    (email, problem)
}

/// The beginning of a malformed value.
pub fn shown(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !c.is_control());
    kept.take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emails(bytes: &[u8]) -> Vec<String> {
        let people = read(bytes).unwrap_or_else(|why| panic!("{why}"));
        people
            .into_iter()
            .filter(|person| person.problem.is_none())
            .map(|person| {
                format!(
                    "{} {} {}",
                    person.email,
                    person.name.unwrap_or_default(),
                    person.batch_no.unwrap_or_default()
                )
            })
            .collect()
    }

    fn utf_16(text: &str, is_big: bool) -> Vec<u8> {
        let mark = "\u{feff}";
        let units = mark.encode_utf16().chain(text.encode_utf16());
        units
            .flat_map(|unit| match is_big {
                true => unit.to_be_bytes(),
                false => unit.to_le_bytes(),
            })
            .collect()
    }

    #[test]
    fn every_spreadsheet_is_understood() {
        let expected = ["asha@example.org Åsa Kulkarni 2", "bo@example.org Bo 0"];
        let comma = "email,name,batch\r\nAsha@Example.org,Åsa Kulkarni,2\r\nbo@example.org,Bo,\r\n";
        let semicolon = comma.replace(',', ";");
        let tab = comma.replace(',', "\t");
        for text in [
            comma.to_owned(),
            semicolon.clone(),
            tab.clone(),
            format!("\u{feff}{semicolon}"),
            format!("sep=;\r\n{semicolon}"),
            comma.replace("\r\n", "\n"),
            comma.replace("\r\n", "\r"),
            comma.replace("email,", "\"E-Mail\","),
            comma.replace("email,name,batch\r\n", ""),
            "Batch;Learner;Mail\n2;Åsa Kulkarni;asha@example.org\n\n;;\n;Bo;bo@example.org"
                .to_owned(),
            "Åsa Kulkarni,asha@example.org,2\nBo,bo@example.org".to_owned(),
        ] {
            assert_eq!(emails(text.as_bytes()), expected, "{text}");
        }
        for text in [&semicolon, &tab] {
            assert_eq!(emails(&utf_16(text, false)), expected);
            assert_eq!(emails(&utf_16(text, true)), expected);
        }
        let latin: Vec<u8> = comma.chars().map(|c| c as u32 as u8).collect();
        assert_eq!(emails(&latin), expected);
    }

    #[test]
    fn a_malformed_line_says_why_and_the_others_are_read() {
        let text = "email,name,batch\nno address,A,1\nb@example.org,B,many\nc@example.org,www.evil.example,\n\
                    d@example.org,D,1\nD@example.org,D,2\n,E,\n\"f@example.org\nx\",F,1\n";
        let people = read(text.as_bytes()).unwrap();
        let problems: Vec<(u64, Option<&str>)> = people
            .iter()
            .map(|person| (person.line, person.problem.as_deref()))
            .collect();
        let email = "This is not an email address.";
        assert_eq!(
            problems,
            [
                (2, Some(email)),
                (3, Some("Enter a batch from 1 to 999.")),
                (
                    4,
                    Some("This name contains a web address. Enter it without.")
                ),
                (5, None),
                (6, Some("Line 5 has the same address.")),
                (7, Some("The email address is missing.")),
                (8, Some(email)),
            ]
        );
    }

    #[test]
    fn a_formula_is_text() {
        let text =
            "email;name\nasha@example.org;=HYPERLINK(\"x\")\n=cmd|'/c calc'!A1;B\n@SUM(1);C\n";
        let people = read(text.as_bytes()).unwrap();
        assert_eq!(people[0].name.as_deref(), Some("=HYPERLINK(\"x\")"));
        assert_eq!(people[0].problem, None);
        assert!(people[1..].iter().all(|person| person.problem.is_some()));
    }

    #[test]
    fn bombs_and_other_files_are_refused_with_a_sentence() {
        let lines = |count: usize| {
            let lines = (0..count).map(|n| format!("{n}@example.org\n"));
            format!("email\n{}", lines.collect::<String>())
        };
        assert_eq!(
            read(lines(LIST_LINES).as_bytes()).unwrap().len(),
            LIST_LINES
        );
        let quotes = format!("email\n\"{}", "x\n".repeat(200_000));
        let commas = format!("email{}", ",".repeat(LIST_BYTES - 10));
        for (bytes, why) in [
            (lines(LIST_LINES + 1).into_bytes(), "more than 5,000 lines"),
            (vec![b'x'; LIST_BYTES + 1], "1 MB at most"),
            (Vec::new(), "empty"),
            (
                b"PK\x03\x04\0\0\0\0\0\0\0\0\0\0".to_vec(),
                "not a text file",
            ),
            (
                b"first,second\n1,2\n".to_vec(),
                "no column of email addresses",
            ),
            (b"email,name\n".to_vec(), "lists nobody"),
            (commas.into_bytes(), "lists nobody"),
        ] {
            let refused = read(&bytes).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
        let one = read(quotes.as_bytes()).unwrap();
        assert_eq!(one.len(), 1);
        assert!(one[0].problem.is_some() && one[0].email.len() <= SHOWN);
    }
}
