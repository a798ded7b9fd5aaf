//! Finds the questions of the bank that came from an earlier version of an imported file. Files of
//! different people can share a name and titles like "Q1". The texts of the questions therefore
//! tell whether a file is a new version of another.

mod likeness;
mod targets;

use std::collections::{HashMap, HashSet};

use self::likeness::{Likeness, content, likeness};
pub use self::targets::{QuestionTarget, targets};
use crate::course::server::draft::{FROM_FILE, QuestionDraft};
use crate::platform::error::{AppError, AppResult};
use crate::question_bank::server::bank::QuestionPlace;
use crate::question_bank::server::exchange::hash;

/// A tutor's choice for a file whose questions do not tell whether it is a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SameName {
    #[default]
    Ask,
    /// The file is a new version of the earlier one.
    Update,
    /// The file is a different one.
    Add,
}

impl SameName {
    const UPDATE: &'static str = "update";
    const ADD: &'static str = "add";

    pub fn name(self) -> &'static str {
        match self {
            Self::Ask => "",
            Self::Update => Self::UPDATE,
            Self::Add => Self::ADD,
        }
    }

    pub fn parse(name: &str) -> Self {
        match name {
            Self::UPDATE => Self::Update,
            Self::ADD => Self::Add,
            _ => Self::Ask,
        }
    }
}

/// Returns the common beginning of the keys of all files with this name at a place. A copy suffix
/// such as ` (1)`, which browsers add, is removed.
pub fn stem(file: &str, place: &QuestionPlace) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let copy = |text: &str| text.ends_with(')') && text[..text.len() - 1].parse::<u32>().is_ok();
    let stem = match stem.rsplit_once(" (") {
        Some((stem, rest)) if copy(rest) => stem,
        _ => stem,
    };
    let plain: String = stem
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_".contains(*c))
        .collect();
    let plain = match plain.chars().nth(STEM) {
        // The hash distinguishes long names with the same beginning.
        Some(_) => {
            let beginning: String = plain.chars().take(STEM - 17).collect();
            format!("{beginning}-{}", hash(&[&plain]))
        }
        None => plain,
    };
    let about = match place.topic {
        Some(topic) => hash(&[topic.to_string()]),
        None => format!("m{}", place.module_no),
    };
    format!("{FROM_FILE}{plain}@{about}")
}

/// Most characters of a file's name within a key.
const STEM: usize = 40;

/// Precedes the part of a key that distinguishes equal names.
const MARK: char = '~';

/// Splits a key into the origin, which all questions of a file share, and the question's name in
/// the file.
fn parts<'k>(stem: &str, key: &'k str) -> Option<(&'k str, &'k str)> {
    let rest = key.strip_prefix(stem)?;
    if !rest.starts_with([':', MARK]) {
        return None;
    }
    let length = stem.len() + rest.find(':')? + 1;
    let (origin, name) = key.split_at(length);
    Some((origin, name.split(MARK).next().unwrap_or(name)))
}

/// A question of the bank with its key.
pub struct Former<'q> {
    pub key: &'q str,
    pub question: &'q QuestionDraft,
    /// True if the question was edited here, so that no file overwrites it.
    pub is_edited: bool,
}

/// Finds the origin of this file: the beginning that the keys of its questions share.
///
/// # Errors
/// Asks the tutor if the file may be a new version of an earlier file of this name, or a different
/// one. A file counts as a new version only if more of its questions are certainly the same than
/// may be different ones, because it overwrites the latter.
pub fn find(
    stem: &str,
    former: &[Former],
    questions: &[QuestionDraft],
    same_name: SameName,
) -> AppResult<String> {
    let by_key: HashMap<&str, &QuestionDraft> = questions
        .iter()
        .map(|question| (question.key.as_str(), question))
        .collect();
    let contents: HashSet<String> = questions.iter().map(content).collect();
    // Counts for each origin: questions that are certainly the same, that may be the same, and that
    // share a name.
    let mut origins: HashMap<&str, (usize, usize, usize)> = HashMap::new();
    for former in former {
        let Some((origin, name)) = parts(stem, former.key) else {
            continue;
        };
        let (plain, perhaps, named) = origins.entry(origin).or_default();
        let namesake = by_key.get(name);
        *named += usize::from(namesake.is_some());
        match namesake.map(|question| likeness(former.question, question)) {
            Some(Likeness::Same) => *plain += 1,
            _ if contents.contains(&content(former.question)) => *plain += 1,
            Some(Likeness::Alike) if !former.is_edited => *perhaps += 1,
            Some(Likeness::Alike | Likeness::Unlike) | None => {}
        }
    }
    let best = origins
        .iter()
        .max_by_key(|(origin, counts)| (**counts, std::cmp::Reverse(**origin)));
    match (same_name, best) {
        (SameName::Ask, Some((origin, (plain, perhaps, _)))) if plain > perhaps => {
            Ok((*origin).to_owned())
        }
        (SameName::Update, Some((origin, (1.., ..) | (_, 1.., _) | (_, _, 1..)))) => {
            Ok((*origin).to_owned())
        }
        (SameName::Ask, Some((_, (_, 1.., _)))) => Err(AppError::field(
            "same_name",
            "A file of this name was imported here before, and questions of it have the same titles but say something else. Choose below whether this file is a new version of it.",
        )),
        _ => Ok(new_origin(stem, &origins, questions)),
    }
}

fn new_origin(
    stem: &str,
    known: &HashMap<&str, (usize, usize, usize)>,
    questions: &[QuestionDraft],
) -> String {
    let first = format!("{stem}:");
    if known.is_empty() {
        return first;
    }
    let contents: Vec<String> = questions.iter().map(content).collect();
    let mark = hash(&contents);
    let numbered = (0..).map(|number| match number {
        0 => format!("{stem}{MARK}{}:", &mark[..8]),
        number => format!("{stem}{MARK}{}{number}:", &mark[..8]),
    });
    let mut free = numbered.filter(|origin| !known.contains_key(origin.as_str()));
    free.next().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::CourseId;
    use crate::question_bank::server::exchange::read;
    use uuid::Uuid;

    fn at(module_no: i32) -> QuestionPlace {
        QuestionPlace {
            course: CourseId(Uuid::nil()),
            topic: None,
            module_no,
            section: None,
            order: None,
        }
    }

    #[test]
    fn a_file_that_was_downloaded_twice_is_the_same_file() {
        let of = |file: &str| stem(file, &at(1));
        assert_eq!(of("Week 1 (2).gift"), of("week 1.gift"));
        assert_eq!(of("../../etc/pass wd.xml"), "file:etcpasswd@m1");
        assert_ne!(of("week 1.gift"), of("week 2.gift"));
        assert_ne!(of("week 1.gift"), stem("week 1.gift", &at(2)));
        let long = "questions-of-the-whole-course-from-the-year-";
        assert_ne!(
            of(&format!("{long}2025.gift")),
            of(&format!("{long}2026.gift"))
        );
        assert!(of(&"x".repeat(300)).len() < 80);
    }

    const STEM: &str = "file:q@m1";

    /// A bank with the questions that imports of one file name leave.
    #[derive(Default)]
    struct Bank(Vec<(String, QuestionDraft)>);

    impl Bank {
        /// Imports a file and returns the numbers of added and of updated questions.
        fn import(&mut self, gift: &str, same_name: SameName) -> AppResult<(usize, usize)> {
            let questions = read("q.gift", gift.as_bytes()).unwrap().questions;
            let former: Vec<Former> = (self.0.iter())
                .map(|(key, question)| Former {
                    key,
                    question,
                    is_edited: false,
                })
                .collect();
            let origin = find(STEM, &former, &questions, same_name)?;
            let targets = targets(STEM, &origin, &former, &questions, same_name, &[]);
            let mut counts = (0, 0);
            for (target, question) in targets.into_iter().zip(questions) {
                match target {
                    QuestionTarget::Add(key) => {
                        assert!(self.0.iter().all(|(known, _)| *known != key), "{key}");
                        self.0.push((key, question));
                        counts.0 += 1;
                    }
                    QuestionTarget::Former(at) if content(&self.0[at].1) != content(&question) => {
                        self.0[at].1 = question;
                        counts.1 += 1;
                    }
                    QuestionTarget::Former(_) => {}
                }
            }
            Ok(counts)
        }
    }

    #[test]
    fn another_file_of_the_same_name_overwrites_nothing() {
        let mut bank = Bank::default();
        let ask = SameName::Ask;
        let ours = "::Q1::First file, two and two? {=4 ~5}";
        let theirs = "::Q1::Second, quite another question? {=x ~y}";
        assert_eq!(bank.import(ours, ask), Ok((1, 0)));
        assert_eq!(bank.import(theirs, ask), Ok((1, 0)));
        // Every question is recognized.
        assert_eq!(bank.import(ours, ask), Ok((0, 0)));
        assert_eq!(bank.import(theirs, ask), Ok((0, 0)));
        // An equal prompt with a different right answer may be another question.
        for changed in [ours.replace("=4", "=four"), theirs.replace("=x", "=z")] {
            assert!(bank.import(&changed, ask).is_err());
            assert_eq!(bank.import(&changed, SameName::Update), Ok((0, 1)));
        }
        let third = "::Q1::Is water wet? {T}\n\n::Q2::Is fire? {F}";
        assert_eq!(bank.import(third, ask), Ok((2, 0)));
        assert_eq!(bank.0.len(), 4);
    }

    #[test]
    fn one_equal_question_does_not_make_another_file_a_new_version() {
        let file = |rights: [&str; 3]| -> String {
            let one = |(number, right): (usize, &str)| {
                format!("::Q{number}::Which statement {number} is true? {{={right} ~no}}\n\n")
            };
            rights.into_iter().enumerate().map(one).collect()
        };
        let ask = SameName::Ask;
        let mut bank = Bank::default();
        assert_eq!(bank.import(&file(["a", "b", "c"]), ask), Ok((3, 0)));
        for (rights, expected) in [(["a", "x", "y"], None), (["a", "b", "x"], Some((0, 1)))] {
            assert_eq!(bank.import(&file(rights), ask).ok(), expected, "{rights:?}");
        }
        // The questions of an ordering or a matching are told by their parts.
        let matched = "::M::Match them. {=1 -> one =2 -> two}";
        let other = "::M::Match them. {=a -> A =b -> B}";
        let read = |gift: &str| read("q.gift", gift.as_bytes()).unwrap().questions.remove(0);
        let same = matched.replace("two", "second");
        assert_eq!(likeness(&read(matched), &read(&same)), Likeness::Same);
        assert_eq!(likeness(&read(matched), &read(other)), Likeness::Alike);
    }

    #[test]
    fn a_corrected_file_updates_its_questions() {
        let mut bank = Bank::default();
        let ask = SameName::Ask;
        let file = "::Sum::Two and three? {#5}\n\n::Town::Which town is it? {=Rome ~Oslo}\n\nWhat color is it? {=red ~blue}\n\nIs it so? {T}\n\nWas it so? {T}";
        assert_eq!(bank.import(file, ask), Ok((5, 0)));
        let better = file
            .replace("Two and three? {#5}", "Three and three? {#6}")
            .replace("color is it? {=red ~blue}", "color is it? {=red ~green}")
            .replace("Was it so?", "Was it ever so?");
        assert_eq!(bank.import(&better, ask), Ok((0, 3)));
        assert_eq!(bank.import(&better, ask), Ok((0, 0)));
        // A question whose text is quite different does not replace the old one.
        let other = better.replace("Which town is it? {=Rome ~Oslo}", "Name a fish. {=cod}");
        assert_eq!(bank.import(&other, ask), Ok((1, 0)));
        assert_eq!(bank.import(&other, ask), Ok((0, 0)));
        assert_eq!(bank.0.len(), 6);
    }

    #[test]
    fn where_the_questions_do_not_tell_the_tutor_is_asked() {
        let mut bank = Bank::default();
        let france = "::Q1::What is the capital of France? {=Paris ~Lyon}";
        let italy = "::Q1::What is the capital of Italy? {=Rome ~Milan}";
        assert_eq!(bank.import(france, SameName::Ask), Ok((1, 0)));
        assert!(bank.import(italy, SameName::Ask).is_err());
        assert_eq!(bank.import(italy, SameName::Add), Ok((1, 0)));
        assert_eq!(bank.import(france, SameName::Ask), Ok((0, 0)));
        assert_eq!(bank.import(italy, SameName::Ask), Ok((0, 0)));
        let spain = "::Q1::What is the capital of Spain? {=Madrid ~Leon}";
        assert_eq!(bank.import(spain, SameName::Update), Ok((0, 1)));
        assert_eq!(bank.0.len(), 2);
    }
}
