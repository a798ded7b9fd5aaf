//! Decides where a learner goes after a topic.

use crate::enrollment::{CourseStep, OutlineModule, TopicState, steps};
use crate::paths::exams_path;
use crate::player::Onward;

/// Places that may follow the last topic of a course.
pub struct CourseEnd {
    pub has_exams: bool,
    /// Address of the certificate, also of one that comes with the last topic.
    pub certificate: Option<String>,
}

/// Returns the next step after the topic at `here`. If that is locked or there is none, returns an
/// unlocked step that is not done, otherwise the end of the course.
pub fn onward(outline: &[OutlineModule], course: &str, here: &str, end: CourseEnd) -> Onward {
    let mut all = steps(outline, course);
    let at = all.iter().position(|step| step.link.href == here);
    let next = at.and_then(|at| all.get(at + 1));
    let is_last = next.is_none();
    if next.is_some_and(|step| step.is_open) {
        return of(all.swap_remove(at.unwrap_or_default() + 1));
    }
    let is_left = |step: &CourseStep| {
        step.is_open && step.state != TopicState::Done && step.link.href != here
    };
    if let Some(left) = all.iter().position(is_left) {
        return of(all.swap_remove(left));
    }
    match (is_last, end.has_exams, end.certificate) {
        (true, true, _) => Onward::Exams(exams_path(course)),
        (true, false, Some(certificate)) => Onward::Certificate(certificate),
        _ => Onward::Course(format!("/courses/{course}")),
    }
}

fn of(step: CourseStep) -> Onward {
    match step.minutes {
        Some(_) => Onward::Topic(step.link),
        None => Onward::Quiz(step.link),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrollment::{OutlineQuiz, OutlineTopic};
    use crate::platform::ids::QuizNumber;

    fn topic(number: i32, state: TopicState) -> OutlineTopic {
        OutlineTopic {
            slug: format!("t{number}"),
            title: format!("T{number}"),
            number,
            minutes: 1,
            state,
            lock: None,
        }
    }

    /// Two topics and their quiz, then a topic that the quiz unlocks.
    fn outline(states: [TopicState; 3]) -> Vec<OutlineModule> {
        let mut last = topic(3, states[2]);
        last.lock = Some("after quiz 1.1".to_owned());
        vec![OutlineModule {
            number: 1,
            title: "M".to_owned(),
            topics: vec![topic(1, states[0]), topic(2, states[1]), last],
            quizzes: vec![OutlineQuiz {
                number: QuizNumber::new(1, 1),
                after: 2,
                state: TopicState::Done,
                lock: None,
            }],
        }]
    }

    fn from(outline: &[OutlineModule], slug: &str, has_exams: bool, certificate: bool) -> String {
        let end = CourseEnd {
            has_exams,
            certificate: certificate.then(|| "/certificates/x".to_owned()),
        };
        let onward = onward(outline, "c", &format!("/learn/c/{slug}"), end);
        onward.href().to_owned()
    }

    #[test]
    fn the_next_open_step_follows_and_then_the_end_of_the_course() {
        use TopicState::{Done, New};
        let half = outline([New, New, New]);
        assert_eq!(from(&half, "t1", true, true), "/learn/c/t2");
        assert_eq!(from(&half, "t2", true, true), "/learn/c/quiz/1/1");
        assert_eq!(from(&half, "t3", true, true), "/learn/c/t1", "what is left");
        let done = outline([Done, Done, New]);
        assert_eq!(from(&done, "t3", true, true), "/learn/c/exam/all");
        assert_eq!(from(&done, "t3", false, true), "/certificates/x");
        assert_eq!(from(&done, "t3", false, false), "/courses/c");
        let mut locked = done;
        locked[0].quizzes.clear();
        let stuck = from(&locked, "t2", true, true);
        assert_eq!(stuck, "/courses/c", "the next step is locked for now");
    }
}
