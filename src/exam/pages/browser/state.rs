//! The state machine of an exam room: which answers wait, which request is under way, and how a
//! sitting is submitted. It touches neither the page nor the network, so tests can run it.

use std::collections::VecDeque;

/// Request that is under way. At most one is at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// None. Changes may wait for a pause in typing or for the next try.
    Idle,
    /// The answer to one question.
    Saving,
    /// The submission of the sitting.
    Submitting,
    /// The page is being left, and nothing more is sent.
    Leaving,
}

/// Submission that follows once all answers are saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Submission {
    No,
    Learner,
    /// The page's own clock has run down.
    Clock,
}

/// Next step of the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// There is nothing to do, or a request is under way.
    Rest,
    /// Send the answer to this question.
    Save(usize),
    /// Say that everything is saved.
    SayAllSaved,
    /// Say that the answer to this question is not saved, with the reason.
    SayRefused(usize, String),
    /// Send the submission.
    Submit { time_over: bool },
}

/// State of the room. Questions have numbers from 0, and times are milliseconds since the page was
/// loaded.
#[derive(Debug)]
pub struct RoomState {
    phase: Phase,
    submission: Submission,
    forward_only: bool,
    /// True while a forward-only sitting moves to its next question.
    goes_on: bool,
    /// Questions with unsent changes, oldest change first.
    unsent: VecDeque<usize>,
    /// Questions whose answers the server or the form rejects, with the reason.
    refused: Vec<(usize, String)>,
    /// Number of changes sent; each request carries its own number.
    changes: i32,
    failures: u32,
    ends_at: f64,
}

impl RoomState {
    pub fn new(forward_only: bool) -> Self {
        Self {
            phase: Phase::Idle,
            submission: Submission::No,
            forward_only,
            goes_on: false,
            unsent: VecDeque::new(),
            refused: Vec::new(),
            changes: 0,
            failures: 0,
            ends_at: f64::MAX,
        }
    }

    pub fn is_forward_only(&self) -> bool {
        self.forward_only
    }

    pub fn is_leaving(&self) -> bool {
        self.phase == Phase::Leaving
    }

    pub fn goes_on(&self) -> bool {
        self.goes_on
    }

    pub fn unsent(&self) -> Vec<usize> {
        self.unsent.iter().copied().collect()
    }

    pub fn has_failures(&self) -> bool {
        self.failures > 0
    }

    /// Returns true if the browser should ask before it closes the page.
    pub fn holds_page(&self) -> bool {
        match self.phase {
            Phase::Idle => !self.unsent.is_empty(),
            Phase::Saving | Phase::Submitting => true,
            Phase::Leaving => false,
        }
    }

    /// Queues the answer to a question.
    pub fn changed(&mut self, question: usize) {
        if !self.unsent.contains(&question) {
            self.unsent.push_back(question);
        }
        self.refused.retain(|(other, _)| *other != question);
    }

    /// The learner leaves a question. A forward-only sitting then moves on.
    pub fn left_question(&mut self) {
        self.goes_on = self.forward_only;
    }

    /// The learner submits the sitting.
    pub fn submitted(&mut self) {
        self.submission = Submission::Learner;
    }

    /// The page's clock has run down. It does not replace the learner's own submission.
    pub fn ran_down(&mut self) {
        if self.submission == Submission::No {
            self.submission = Submission::Clock;
        }
    }

    /// Returns true once the learner or the clock has submitted, unless that was taken back.
    pub fn submits(&self) -> bool {
        self.submission != Submission::No
    }

    pub fn leaves(&mut self) {
        self.phase = Phase::Leaving;
    }

    /// Chooses the next step: the oldest unsent answer first, then the submission.
    pub fn step(&mut self, now: f64) -> Step {
        if self.phase != Phase::Idle {
            return Step::Rest;
        }
        if let Some(question) = self.unsent.pop_front() {
            self.phase = Phase::Saving;
            return Step::Save(question);
        }
        let is_over = now >= self.ends_at;
        match self.refused.first() {
            Some((question, why)) if !(is_over && self.submits()) => {
                let said = Step::SayRefused(*question, why.clone());
                self.submission = Submission::No;
                said
            }
            _ if self.submits() => {
                self.phase = Phase::Submitting;
                Step::Submit {
                    time_over: self.submission == Submission::Clock,
                }
            }
            _ if self.changes > 0 => Step::SayAllSaved,
            _ => Step::Rest,
        }
    }

    /// Returns the number of a change that is about to be sent.
    pub fn next_change(&mut self) -> i32 {
        self.changes += 1;
        self.changes
    }

    /// The request under way has been answered.
    pub fn answered(&mut self) {
        if self.phase != Phase::Leaving {
            self.phase = Phase::Idle;
        }
    }

    /// The server has accepted an answer.
    pub fn saved(&mut self) {
        self.answered();
        self.failures = 0;
    }

    /// The answer cannot be saved as it is, and the learner has to correct it.
    pub fn refused(&mut self, question: usize, why: String) {
        self.answered();
        self.goes_on = false;
        self.refused.push((question, why));
    }

    /// The answer did not arrive: it is the next to be sent. Returns the wait in milliseconds.
    pub fn not_saved(&mut self, question: usize) -> u64 {
        if !self.unsent.contains(&question) {
            self.unsent.push_front(question);
        }
        self.failed()
    }

    /// The request under way did not arrive. Returns the wait before the next one in milliseconds.
    pub fn failed(&mut self) -> u64 {
        self.answered();
        self.failures += 1;
        500 << self.failures.min(4)
    }

    /// The connection has returned.
    pub fn reconnected(&mut self) {
        self.failures = 0;
    }

    /// The server has said how much time is left. More time takes the clock's submission back.
    pub fn told_time(&mut self, seconds_left: i64, now: f64) {
        self.ends_at = now + seconds_left as f64 * 1000.0;
        if seconds_left > 0 && self.submission == Submission::Clock {
            self.submission = Submission::No;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_000.0;

    fn refused_answer() -> RoomState {
        let mut room = RoomState::new(false);
        room.changed(4);
        assert_eq!(room.step(NOW), Step::Save(4));
        room.refused(4, "No number.".to_owned());
        room
    }

    #[test]
    fn answers_are_sent_one_after_the_other_in_the_order_of_their_changes() {
        let mut room = RoomState::new(false);
        assert_eq!(room.step(NOW), Step::Rest);
        room.changed(1);
        room.changed(0);
        room.changed(1);
        assert_eq!(room.step(NOW), Step::Save(1));
        assert_eq!(room.next_change(), 1);
        assert_eq!(room.step(NOW), Step::Rest, "one request at a time");
        assert!(room.holds_page());
        room.saved();
        assert_eq!(room.step(NOW), Step::Save(0));
        assert_eq!(room.next_change(), 2);
        assert!(room.holds_page());
        room.saved();
        assert!(!room.holds_page());
        assert_eq!(room.step(NOW), Step::SayAllSaved);
    }

    #[test]
    fn an_answer_that_did_not_arrive_stays_first_and_waits_grow() {
        let mut room = RoomState::new(false);
        room.changed(0);
        let mut waits = Vec::new();
        for _ in 0..5 {
            assert_eq!(room.step(NOW), Step::Save(0));
            room.changed(1);
            waits.push(room.not_saved(0));
        }
        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!(room.unsent(), [0, 1]);
        assert!(room.has_failures());
        room.reconnected();
        assert!(!room.has_failures());
        // A newer change of the same question is already queued.
        assert_eq!(room.step(NOW), Step::Save(0));
        room.changed(0);
        room.not_saved(0);
        assert_eq!(room.unsent(), [1, 0]);
    }

    #[test]
    fn a_submission_follows_the_last_answer() {
        let mut room = RoomState::new(false);
        room.changed(2);
        room.submitted();
        room.ran_down();
        assert_eq!(room.step(NOW), Step::Save(2));
        room.saved();
        assert_eq!(room.step(NOW), Step::Submit { time_over: false });
        assert_eq!(room.step(NOW), Step::Rest);
        room.failed();
        assert_eq!(room.step(NOW), Step::Submit { time_over: false });
        room.answered();
        room.leaves();
        assert!(room.is_leaving() && !room.holds_page());
    }

    #[test]
    fn a_refused_answer_stops_the_submission_until_the_time_is_over() {
        let mut room = refused_answer();
        room.submitted();
        let said = Step::SayRefused(4, "No number.".to_owned());
        assert_eq!(room.step(NOW), said);
        assert!(!room.submits());
        room.told_time(1, NOW);
        room.ran_down();
        assert_eq!(room.step(NOW + 1_000.0), Step::Submit { time_over: true });
        // Correcting the answer clears the refusal.
        let mut room = refused_answer();
        room.changed(4);
        room.submitted();
        assert_eq!(room.step(NOW), Step::Save(4));
        room.saved();
        assert_eq!(room.step(NOW), Step::Submit { time_over: false });
    }

    #[test]
    fn more_time_takes_back_the_submission_of_the_clock_only() {
        let mut room = RoomState::new(false);
        room.ran_down();
        room.told_time(0, NOW);
        assert!(room.submits());
        room.told_time(60, NOW);
        assert!(!room.submits());
        room.submitted();
        room.told_time(60, NOW);
        assert!(room.submits());
    }

    #[test]
    fn only_a_forward_only_sitting_goes_on_with_its_answer() {
        for forward_only in [false, true] {
            let mut room = RoomState::new(forward_only);
            room.left_question();
            room.changed(0);
            assert_eq!(room.goes_on(), room.is_forward_only());
            assert_eq!(room.step(NOW), Step::Save(0));
            room.refused(0, String::new());
            assert!(!room.goes_on(), "a refused answer is corrected first");
        }
    }

    #[test]
    fn a_page_that_is_left_sends_nothing_more() {
        let mut room = RoomState::new(true);
        room.changed(0);
        assert_eq!(room.step(NOW), Step::Save(0));
        room.leaves();
        room.not_saved(0);
        assert_eq!(room.step(NOW), Step::Rest);
        assert_eq!(room.unsent(), [0], "the answer goes out as a beacon");
    }
}
