//! The answers of the questions about a course, from its figures.

use super::copilot::{FigureSentence, InsightAnswer, ReadyQuestion, SentencePiece};
use super::course::CourseFigures;
use super::course_html::{TOPICS_PLACE, WEEKS_PLACE};
use super::plan::CohortWork;
use super::store::TopicFigures;
use crate::activity::server::roster::JudgedLearner;
use crate::activity::{LearnerStatus, RosterQuery, minutes_text};
use crate::gradebook::messages::CourseReceivers;
use crate::paths::{edit_path, learner_questions_path, timeline_path};

/// Most learners of an answer.
const SHOWN: usize = 10;

/// Most topics of an answer.
const SHOWN_TOPICS: usize = 5;

/// Number of first answers from which on a topic is compared with others.
const ANSWERS: i64 = 5;

fn text(text: impl Into<String>) -> SentencePiece {
    SentencePiece::Text(text.into())
}

fn link(words: impl Into<String>, href: impl Into<String>) -> SentencePiece {
    SentencePiece::Link(words.into(), href.into())
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// Words for the learners of a status that needs a tutor.
fn group(status: LearnerStatus) -> &'static str {
    match status {
        LearnerStatus::Friction => "with friction",
        LearnerStatus::Behind => "behind the plan",
        LearnerStatus::Drift => "drifting",
        _ => "gone",
    }
}

impl CourseFigures {
    pub(super) fn ready(&self, ready: ReadyQuestion) -> InsightAnswer {
        if self.learners.is_empty() && ready != ReadyQuestion::Waits {
            let said = vec![vec![text("Nobody studies here yet.")]];
            return InsightAnswer {
                said,
                ..InsightAnswer::default()
            };
        }
        match ready {
            ReadyQuestion::Needs => self.who_needs(),
            ReadyQuestion::Waits => self.what_waits(),
            ReadyQuestion::Week => self.since_last_week(),
            ReadyQuestion::Plan => self.on_plan(),
            ReadyQuestion::Stopped => self.where_stopped(),
            ReadyQuestion::Hard => self.what_is_hard(),
            ReadyQuestion::Asked => self.what_is_asked(),
            ReadyQuestion::Well => self.who_does_well(),
        }
    }

    fn of_status(&self, status: LearnerStatus) -> impl Iterator<Item = &JudgedLearner> {
        let learners = self.learners.iter();
        learners.filter(move |learner| learner.status == status)
    }

    fn roster(&self, status: LearnerStatus) -> String {
        let query = RosterQuery::default().of_status(Some(status));
        query.path(&self.slug)
    }

    /// A learner with their status, its reason and a draft.
    fn line(&self, learner: &JudgedLearner) -> FigureSentence {
        let row = &learner.row;
        let draft = CourseReceivers::one(&row.username).draft_path(&self.slug, learner.status);
        vec![
            link(&row.display_name, timeline_path(&self.slug, &row.username)),
            text(format!(": {}. {} ", learner.status.label(), learner.reason)),
            link(format!("Draft a message to {}", row.display_name), draft),
        ]
    }

    fn who_needs(&self) -> InsightAnswer {
        // First those who work and can be helped at once, last those who have been away longest.
        let order = [
            LearnerStatus::Friction,
            LearnerStatus::Behind,
            LearnerStatus::Drift,
            LearnerStatus::Gone,
        ];
        let needing: Vec<&JudgedLearner> = order
            .into_iter()
            .flat_map(|status| {
                let mut of_status: Vec<_> = self.of_status(status).collect();
                of_status.sort_by_key(|learner| std::cmp::Reverse(learner.row.seen_at));
                of_status
            })
            .collect();
        let mut said = Vec::new();
        if needing.is_empty() {
            said.push(vec![text(
                "No learner: nobody struggles, falls behind or stays away.",
            )]);
        } else {
            let all = self.learners.len();
            let mut sentence = vec![text(format!("{} of {all} learners: ", needing.len()))];
            let groups = order.map(|status| (status, self.count(status)));
            for (at, (status, count)) in groups.into_iter().filter(|it| it.1 > 0).enumerate() {
                if at > 0 {
                    sentence.push(text(", "));
                }
                let words = format!("{count} {}", group(status));
                sentence.push(link(words, self.roster(status)));
            }
            sentence.push(text("."));
            said.push(sentence);
            for (status, count) in groups.into_iter().filter(|it| it.1 > 1) {
                let words = format!("Draft a message to the {count} {}", group(status));
                let draft = CourseReceivers::of_status(status).draft_path(&self.slug, status);
                said.push(vec![link(words, draft)]);
            }
            if needing.len() > SHOWN {
                said.push(vec![text(format!("The first {SHOWN}:"))]);
            }
        }
        said.extend(self.waiting());
        let shown = needing.into_iter().take(SHOWN);
        InsightAnswer {
            said,
            lines: shown.map(|learner| self.line(learner)).collect(),
            ..InsightAnswer::default()
        }
    }

    /// Sentences about what waits for a tutor of the course.
    fn waiting(&self) -> Vec<FigureSentence> {
        let mut said = Vec::new();
        if self.waiting.questions > 0 {
            let words = match self.waiting.questions {
                1 => "One question".to_owned(),
                many => format!("{many} questions"),
            };
            let waits = if self.waiting.questions == 1 {
                "waits"
            } else {
                "wait"
            };
            said.push(vec![
                link(words, learner_questions_path(&self.slug)),
                text(format!(" of learners {waits} for a reply.")),
            ]);
        }
        if self.waiting.works > 0 {
            let words = match self.waiting.works {
                1 => "One work".to_owned(),
                many => format!("{many} works"),
            };
            let waits = if self.waiting.works == 1 {
                "waits"
            } else {
                "wait"
            };
            said.push(vec![
                link(words, "/marking"),
                text(format!(" {waits} for marks.")),
            ]);
        }
        said
    }

    fn what_waits(&self) -> InsightAnswer {
        let mut said = self.waiting();
        if said.is_empty() {
            said.push(vec![text(
                "Nothing: all questions are answered and all work is marked.",
            )]);
        }
        InsightAnswer {
            said,
            ..InsightAnswer::default()
        }
    }

    fn since_last_week(&self) -> InsightAnswer {
        let [.., before, now] = self.weeks.as_slice() else {
            return InsightAnswer::default();
        };
        let compared: [(&str, String, String); 6] = [
            (
                "Active learners",
                now.active.to_string(),
                before.active.to_string(),
            ),
            (
                "Active time",
                minutes_text(now.minutes),
                minutes_text(before.minutes),
            ),
            ("Topics done", now.done.to_string(), before.done.to_string()),
            (
                "Quizzes passed",
                now.passed.to_string(),
                before.passed.to_string(),
            ),
            (
                "Quizzes failed",
                now.failed.to_string(),
                before.failed.to_string(),
            ),
            (
                "Questions to the tutor",
                now.asked.to_string(),
                before.asked.to_string(),
            ),
        ];
        let lines = compared.map(|(what, now, before)| {
            vec![
                text(format!("{what}: ")),
                link(now, WEEKS_PLACE),
                text(format!(
                    " this week so far, {before} in the whole week before."
                )),
            ]
        });
        InsightAnswer {
            lines: lines.into(),
            ..InsightAnswer::default()
        }
    }

    fn on_plan(&self) -> InsightAnswer {
        let mut said = Vec::new();
        let places = self.work.as_ref().map(CohortWork::places);
        let now = places.and_then(|places| places.into_iter().rfind(|it| it.value.is_some()));
        if let Some((done, planned)) = now.and_then(|place| place.value.zip(place.planned)) {
            let (done, planned) = (done.round(), planned.round());
            let verdict = match done - planned {
                ahead if ahead >= 5.0 => "The cohort is ahead of its plan",
                behind if behind <= -5.0 => "The cohort is behind its plan",
                _ => "The cohort is on plan",
            };
            said.push(vec![text(format!(
                "{verdict}: {done}% of the topics are done, {planned}% are planned for this week."
            ))]);
        }
        let median = self.median_progress().unwrap_or_default();
        said.push(vec![
            text("Half of the learners have done "),
            link(
                format!("{median}%"),
                RosterQuery::default().path(&self.slug),
            ),
            text(" of the topics or more."),
        ]);
        let behind = self.count(LearnerStatus::Behind);
        let is = if behind == 1 { "is" } else { "are" };
        said.push(vec![
            link(
                counted(behind, "learner", "learners"),
                self.roster(LearnerStatus::Behind),
            ),
            text(format!(" {is} behind the plan.")),
        ]);
        let shown = self.of_status(LearnerStatus::Behind).take(SHOWN);
        InsightAnswer {
            said,
            lines: shown.map(|learner| self.line(learner)).collect(),
            ..InsightAnswer::default()
        }
    }

    /// A line for each topic that `said` says something about, the highest value first.
    fn topics_by(
        &self,
        value: impl Fn(&TopicFigures) -> Option<i64>,
        said: impl Fn(&TopicFigures) -> FigureSentence,
        nothing: &str,
    ) -> InsightAnswer {
        let mut topics: Vec<(i64, &TopicFigures)> = self
            .topics
            .iter()
            .filter_map(|topic| Some((value(topic)?, topic)))
            .collect();
        // The sort is stable, so that equal topics stay in the course's order.
        topics.sort_by_key(|(value, _)| std::cmp::Reverse(*value));
        let line = |(_, topic): (i64, &TopicFigures)| {
            let mut line = vec![self.title_of(topic), text(": ")];
            line.extend(said(topic));
            line
        };
        InsightAnswer {
            said: match topics.is_empty() {
                true => vec![vec![text(nothing)]],
                false => Vec::new(),
            },
            lines: topics.into_iter().take(SHOWN_TOPICS).map(line).collect(),
            ..InsightAnswer::default()
        }
    }

    fn title_of(&self, topic: &TopicFigures) -> SentencePiece {
        SentencePiece::Topic(topic.title.clone(), edit_path(&self.slug, &topic.slug))
    }

    fn where_stopped(&self) -> InsightAnswer {
        self.topics_by(
            |topic| Some(topic.stopped).filter(|&stopped| stopped > 0),
            |topic| {
                let stopped = usize::try_from(topic.stopped).unwrap_or_default();
                vec![
                    link(counted(stopped, "learner", "learners"), TOPICS_PLACE),
                    text(format!(" stopped here, of {} who opened it.", topic.opened)),
                ]
            },
            "Nobody has stopped: every learner did something in the last week.",
        )
    }

    fn what_is_hard(&self) -> InsightAnswer {
        let questions = format!("/teach/{}/questions", self.slug);
        let share = |topic: &TopicFigures| 100 * topic.right / topic.answers.max(1);
        self.topics_by(
            |topic| (topic.answers >= ANSWERS).then(|| 100 - share(topic)),
            |topic| {
                vec![
                    link(format!("{}%", share(topic)), questions.clone()),
                    text(format!(" of {} first answers are right.", topic.answers)),
                ]
            },
            "No topic has five first answers to its questions yet.",
        )
    }

    fn what_is_asked(&self) -> InsightAnswer {
        self.topics_by(
            |topic| Some(topic.asked + topic.rewatched).filter(|&all| all > 0),
            |topic| {
                let asked = usize::try_from(topic.asked).unwrap_or_default();
                let returns = usize::try_from(topic.rewatched).unwrap_or_default();
                vec![
                    link(
                        counted(asked, "question", "questions"),
                        learner_questions_path(&self.slug),
                    ),
                    text(format!(
                        " and {} in its video in 90 days.",
                        counted(returns, "return", "returns")
                    )),
                ]
            },
            "Nobody asked anything in the last 90 days.",
        )
    }

    fn who_does_well(&self) -> InsightAnswer {
        let mut well: Vec<&JudgedLearner> = self.of_status(LearnerStatus::Engaged).collect();
        well.sort_by_key(|learner| std::cmp::Reverse(learner.row.done_percent));
        let said = match well.len() {
            0 => vec![text(
                "Nobody was active on several kinds of things in the last three days.",
            )],
            count => vec![
                link(
                    counted(count, "learner", "learners"),
                    self.roster(LearnerStatus::Engaged),
                ),
                text(" studied in several ways in the last three days."),
            ],
        };
        let shown = well.into_iter().take(SHOWN);
        InsightAnswer {
            said: vec![said],
            lines: shown.map(|learner| self.line(learner)).collect(),
            ..InsightAnswer::default()
        }
    }

    pub(super) fn about_learner(&self, learner: &JudgedLearner) -> InsightAnswer {
        let row = &learner.row;
        let timeline = timeline_path(&self.slug, &row.username);
        let said = vec![
            vec![
                text(format!("{}. {} ", learner.status.label(), learner.reason)),
                link(format!("{}%", row.done_percent), timeline.clone()),
                text(" of the topics are done."),
            ],
            vec![text(format!(
                "In the last seven days: {} active, {} passed, {} failed, {} to the tutor, {}.",
                minutes_text(learner.minutes()),
                count(row.passed, "quiz attempt", "quiz attempts"),
                row.failed,
                count(row.asked, "question", "questions"),
                count(row.answered, "cold call answered", "cold calls answered"),
            ))],
        ];
        let draft = CourseReceivers::one(&row.username).draft_path(&self.slug, learner.status);
        InsightAnswer {
            question: row.display_name.clone(),
            said,
            lines: vec![
                vec![link("See the timeline", timeline)],
                vec![link(
                    format!("Draft a message to {}", row.display_name),
                    draft,
                )],
            ],
        }
    }

    pub(super) fn about_topic(&self, topic: &TopicFigures) -> InsightAnswer {
        let right = match topic.answers {
            0 => "nobody has answered its questions".to_owned(),
            answers => format!(
                "{}% of {answers} first answers are right",
                100 * topic.right / answers
            ),
        };
        let said = vec![
            vec![
                link(count(topic.opened, "learner", "learners"), TOPICS_PLACE),
                text(format!(
                    " opened it, {} completed it, {} stopped here; {right}.",
                    topic.done, topic.stopped
                )),
            ],
            vec![text(format!(
                "In 90 days: {} to the tutor and {} in its video.",
                count(topic.asked, "question", "questions"),
                count(topic.rewatched, "return", "returns"),
            ))],
        ];
        InsightAnswer {
            question: topic.title.clone(),
            said,
            lines: vec![vec![link(
                "Open the topic",
                edit_path(&self.slug, &topic.slug),
            )]],
        }
    }
}

fn count(count: i64, one: &str, many: &str) -> String {
    counted(usize::try_from(count).unwrap_or_default(), one, many)
}
