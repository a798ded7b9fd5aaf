//! Answers to questions of tutors about their course. Every figure comes from the figures of the
//! page, and leads to the rows behind it. Answers propose acts and drafts; nothing is sent.

use super::course::CourseFigures;
use super::store::TopicFigures;
use crate::activity::server::roster::JudgedLearner;

/// A question that names no learner and no topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadyQuestion {
    Needs,
    Waits,
    Week,
    Plan,
    Stopped,
    Hard,
    Asked,
    Well,
}

impl ReadyQuestion {
    pub const ALL: [Self; 8] = [
        Self::Needs,
        Self::Waits,
        Self::Week,
        Self::Plan,
        Self::Stopped,
        Self::Hard,
        Self::Asked,
        Self::Well,
    ];

    /// The question as a tutor would ask it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Needs => "Who needs me this week, and why?",
            Self::Waits => "What waits for me?",
            Self::Week => "What changed since last week?",
            Self::Plan => "Are we on plan?",
            Self::Stopped => "Where do learners stop?",
            Self::Hard => "What is hard for them?",
            Self::Asked => "What do they ask about?",
            Self::Well => "Who does well?",
        }
    }

    /// Beginnings of words that ask this.
    fn stems(self) -> &'static [&'static str] {
        match self {
            Self::Needs => &[
                "need", "help", "struggl", "stuck", "risk", "drift", "gone", "silent", "lost",
                "missing", "inactive", "worr",
            ],
            Self::Waits => &[
                "wait", "unanswer", "reply", "replies", "mark", "grade", "todo", "open",
            ],
            Self::Week => &[
                "chang", "last", "trend", "week", "new", "activ", "compar", "recent",
            ],
            Self::Plan => &[
                "plan", "behind", "schedule", "pace", "track", "late", "progress", "ahead",
            ],
            Self::Stopped => &[
                "stop", "leave", "left", "quit", "abandon", "drop", "end", "lose",
            ],
            Self::Hard => &[
                "hard",
                "difficult",
                "fail",
                "wrong",
                "mistake",
                "quiz",
                "question",
                "low",
            ],
            Self::Asked => &["ask", "unclear", "confus", "rewatch", "video", "tutor"],
            Self::Well => &["well", "best", "good", "strong", "prais", "excel", "engag"],
        }
    }

    /// Returns the question that shares the most words with the text. Of equal ones the first.
    fn meant_by(words: &[String]) -> Option<Self> {
        let shared = |ready: &Self| {
            let is_asked = |word: &&String| ready.stems().iter().any(|stem| word.starts_with(stem));
            words.iter().filter(is_asked).count()
        };
        let best = Self::ALL
            .iter()
            .map(shared)
            .max()
            .filter(|&most| most > 0)?;
        Self::ALL.into_iter().find(|ready| shared(ready) == best)
    }
}

/// The meaning of a question.
enum Meant<'a> {
    Learner(&'a JudgedLearner),
    Topic(&'a TopicFigures),
    Ready(ReadyQuestion),
}

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentencePiece {
    Text(String),
    /// Words that lead to the rows behind them.
    Link(String, String),
    /// Title of a topic, in the language of the course.
    Topic(String, String),
}

pub type FigureSentence = Vec<SentencePiece>;

/// The answer to a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InsightAnswer {
    /// The question that was understood, or empty.
    pub question: String,
    /// Sentences before the list.
    pub said: Vec<FigureSentence>,
    /// Learners or topics, each with its figures and what one can do.
    pub lines: Vec<FigureSentence>,
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Says whether the words of a name stand one after the other in the text.
fn names(text: &[String], name: &[String]) -> bool {
    !name.is_empty() && text.windows(name.len()).any(|part| part == name)
}

/// Answers a question about the course. Without one that is understood, the answer says which ones
/// there are.
pub fn answer(figures: &CourseFigures, question: &str) -> InsightAnswer {
    match asked(figures, question) {
        Some(Meant::Learner(learner)) => figures.about_learner(learner),
        Some(Meant::Topic(topic)) => figures.about_topic(topic),
        Some(Meant::Ready(ready)) => InsightAnswer {
            question: ready.label().to_owned(),
            ..figures.ready(ready)
        },
        None => InsightAnswer {
            said: vec![vec![SentencePiece::Text(
                "This can’t be told from the figures. Choose one of the questions above, or name a learner or a topic.".to_owned(),
            )]],
            ..InsightAnswer::default()
        },
    }
}

fn asked<'a>(figures: &'a CourseFigures, question: &str) -> Option<Meant<'a>> {
    if let Some(ready) = ReadyQuestion::ALL
        .into_iter()
        .find(|ready| ready.label() == question)
    {
        return Some(Meant::Ready(ready));
    }
    let words = words_of(question);
    let titled = |topic: &&TopicFigures| names(&words, &words_of(&topic.title));
    if let Some(topic) = figures.topics.iter().find(titled) {
        return Some(Meant::Topic(topic));
    }
    let whole = |learner: &&JudgedLearner| names(&words, &words_of(&learner.row.display_name));
    if let Some(learner) = figures.learners.iter().find(whole) {
        return Some(Meant::Learner(learner));
    }
    // A first name is enough where only one learner has it.
    let first = |learner: &&JudgedLearner| {
        let name = words_of(&learner.row.display_name);
        name.into_iter()
            .next()
            .is_some_and(|name| words.contains(&name))
    };
    let mut called = figures.learners.iter().filter(first);
    if let (Some(learner), None) = (called.next(), called.next()) {
        return Some(Meant::Learner(learner));
    }
    ReadyQuestion::meant_by(&words).map(Meant::Ready)
}
