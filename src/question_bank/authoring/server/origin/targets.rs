//! Chooses the question of the bank for each question of a file.

use std::collections::{HashMap, HashSet};

use super::likeness::{Likeness, MOSTLY, answer_of, content, likeness, normal, shared_words};
use super::{Former, MARK, SameName, parts};
use crate::course::server::draft::QuestionDraft;

/// The question of the bank for a question of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionTarget {
    /// A new question with this key.
    Add(String),
    /// The question at this index of the former ones.
    Former(usize),
}

/// Returns the target of each question of the file. A former question whose text is quite different
/// keeps its key, so the new one gets another. `claimed` has the former question of each question
/// that names it by its id; no other question gets it.
pub fn targets(
    stem: &str,
    origin: &str,
    former: &[Former],
    questions: &[QuestionDraft],
    same_name: SameName,
    claimed: &[Option<usize>],
) -> Vec<QuestionTarget> {
    let mut pool = Pool::of(stem, origin, former);
    for at in claimed.iter().flatten() {
        pool.is_taken[*at] = true;
    }
    let mut found: Vec<Option<usize>> = claimed.to_vec();
    found.resize(questions.len(), None);
    let mut each = |find: &mut dyn FnMut(&mut Pool, &QuestionDraft) -> Option<usize>| {
        for (found, question) in found.iter_mut().zip(questions) {
            if found.is_none() {
                *found = find(&mut pool, question);
            }
        }
    };
    each(&mut |pool, question| {
        pool.namesake(question, |likeness, is_same| {
            is_same && likeness == Likeness::Same
        })
    });
    each(&mut |pool, question| {
        pool.namesake(question, |likeness, _| {
            same_name == SameName::Update || likeness != Likeness::Unlike
        })
    });
    each(&mut |pool, question| pool.equal(question));
    each(&mut |pool, question| pool.corrected(question));
    let mut taken: HashSet<String> = former.iter().map(|former| former.key.to_owned()).collect();
    found
        .into_iter()
        .zip(questions)
        .map(|(found, question)| match found {
            Some(at) => QuestionTarget::Former(at),
            None => {
                let key = free(format!("{origin}{}", question.key), question, &taken);
                taken.insert(key.clone());
                QuestionTarget::Add(key)
            }
        })
        .collect()
}

fn free(key: String, question: &QuestionDraft, taken: &HashSet<String>) -> String {
    if !taken.contains(&key) {
        return key;
    }
    let marked = format!("{key}{MARK}{}", &content(question)[..8]);
    let numbered = (2..).map(|number| format!("{marked}-{number}"));
    let mut keys = std::iter::once(marked.clone()).chain(numbered);
    keys.find(|key| !taken.contains(key)).unwrap_or(marked)
}

/// Former questions of the file without a counterpart so far.
struct Pool<'q> {
    former: &'q [Former<'q>],
    is_taken: Vec<bool>,
    by_name: HashMap<&'q str, Vec<usize>>,
    by_content: HashMap<String, Vec<usize>>,
    /// Questions without a title. Their names are hashes of their content, so a correction changes
    /// the name.
    by_prompt: HashMap<String, Vec<usize>>,
    by_answer: HashMap<String, Vec<usize>>,
}

/// Most candidates that are compared for one question.
const CANDIDATES: usize = 50;

impl<'q> Pool<'q> {
    fn of(stem: &str, origin: &str, former: &'q [Former<'q>]) -> Self {
        let mut pool = Self {
            former,
            is_taken: vec![false; former.len()],
            by_name: HashMap::new(),
            by_content: HashMap::new(),
            by_prompt: HashMap::new(),
            by_answer: HashMap::new(),
        };
        for (at, one) in former.iter().enumerate() {
            let Some((found, name)) = parts(stem, one.key) else {
                continue;
            };
            if found != origin {
                continue;
            }
            pool.by_name.entry(name).or_default().push(at);
            let content = content(one.question);
            pool.by_content.entry(content).or_default().push(at);
            if is_untitled(name) {
                let prompt = normal(&one.question.prompt);
                pool.by_prompt.entry(prompt).or_default().push(at);
                let answer = answer_of(one.question);
                pool.by_answer.entry(answer).or_default().push(at);
            }
        }
        pool
    }

    fn take(
        &mut self,
        candidates: Option<Vec<usize>>,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let free = candidates
            .into_iter()
            .flatten()
            .filter(|at| !self.is_taken[*at]);
        let found = free.take(CANDIDATES).find(|at| fits(*at))?;
        self.is_taken[found] = true;
        Some(found)
    }

    fn namesake(
        &mut self,
        question: &QuestionDraft,
        fits: impl Fn(Likeness, bool) -> bool,
    ) -> Option<usize> {
        let former = self.former;
        let candidates = self.by_name.get(question.key.as_str()).cloned();
        let own = content(question);
        self.take(candidates, |at| {
            let other = former[at].question;
            fits(likeness(other, question), content(other) == own)
        })
    }

    fn equal(&mut self, question: &QuestionDraft) -> Option<usize> {
        let candidates = self.by_content.get(&content(question)).cloned();
        self.take(candidates, |_| true)
    }

    /// Finds the former version of a corrected question without a title.
    fn corrected(&mut self, question: &QuestionDraft) -> Option<usize> {
        if !is_untitled(&question.key) {
            return None;
        }
        let former = self.former;
        let candidates = self.by_prompt.get(&normal(&question.prompt)).cloned();
        if let Some(found) = self.take(candidates, |_| true) {
            return Some(found);
        }
        let candidates = self.by_answer.get(&answer_of(question)).cloned();
        self.take(candidates, |at| {
            shared_words(&former[at].question.prompt, &question.prompt) >= MOSTLY
        })
    }
}

/// True for a name that the file reader made up for a question without a title.
fn is_untitled(name: &str) -> bool {
    name.starts_with("q-")
}
