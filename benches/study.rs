//! Compares the schedule of the study library with SM-2 and with fixed intervals, on simulated
//! learners. Goal: at equal retention, fewer reviews a day.
//!
//! Each of 200 learners learns 500 cards, 20 new ones a day, for 365 days. The memory of a
//! simulated learner follows the FSRS-6 curve, with parameters that differ between learners: the
//! initial stabilities and the growth are scaled by log-normal factors, which no schedule knows.
//! So FSRS here has the right shape but the wrong numbers.
//!
//! SM-2 is scaled by a factor on its intervals, and the fixed intervals by another, until their
//! retention equals that of FSRS: the mean probability of recall at the time of a review. Then the
//! reviews a day are compared.
//!
//! The same run compares predictions of recall: log loss and the area under the curve, beside the
//! constant that is the share of right answers, and beside SM-2, whose prediction falls to 0.9 at
//! the end of its interval.
//!
//! `cargo bench --features ssr --bench study` prints the same figures each time.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use chrono::{TimeDelta, TimeZone, Utc};
use lyceum::platform::time::Clock;
use lyceum::study::Grade;
use lyceum::study::server::schedule::{
    CardMemory, CardStage, CardWait, Recall, after_each, retrievability, today,
};
use uuid::Uuid;

const LEARNERS: usize = 200;
const CARDS: usize = 500;
const NEW_PER_DAY: usize = 20;
const DAYS: i64 = 365;
const DESIRED: f32 = 0.9;

fn main() {
    println!(
        "{LEARNERS} learners, {CARDS} cards, {NEW_PER_DAY} new a day, {DAYS} days; retention wanted {DESIRED}"
    );
    let fsrs = simulate(|| Fsrs);
    let retention = fsrs.retention();
    fsrs.print("FSRS-6");
    let (factor, sm2) = matched(retention, |factor| simulate(|| Sm2 { factor }));
    sm2.print(&format!("SM-2 with intervals times {factor:.2}"));
    let (factor, fixed) = matched(retention, |factor| simulate(|| Fixed { factor }));
    fixed.print(&format!("fixed intervals times {factor:.2}"));
    let verdict = |other: &Outcome| {
        let saved = 1.0 - fsrs.reviews_a_day() / other.reviews_a_day();
        let verdict = if saved > 0.0 {
            "goal met"
        } else {
            "goal NOT met"
        };
        format!("{:.1} % fewer reviews, {verdict}", saved * 100.0)
    };
    println!("against SM-2: {}", verdict(&sm2));
    println!("against fixed intervals: {}", verdict(&fixed));
    println!("\nprediction of recall     log loss    AUC");
    let constant = fsrs.share_right();
    for (name, prediction) in [
        ("FSRS-6", Prediction::Fsrs),
        ("SM-2", Prediction::Sm2),
        ("constant", Prediction::Constant(constant)),
    ] {
        let (loss, auc) = fsrs.quality(prediction);
        println!("{name:22} {loss:10.4} {auc:6.3}");
    }
}

/// The memory of a simulated learner for one card.
#[derive(Clone, Copy)]
struct Memory {
    stability: f32,
    difficulty: f32,
}

/// The numbers of one learner, which no schedule knows.
struct Learner {
    initial: f32,
    growth: f32,
    forgetting: f32,
}

impl Learner {
    fn random(rng: &mut StdRng) -> Self {
        let mut factor = |spread: f32| (normal(rng) * spread).exp();
        Self {
            initial: factor(0.5),
            growth: factor(0.25),
            forgetting: factor(0.2),
        }
    }

    fn recalls(&self, memory: Memory, days: i64, rng: &mut StdRng) -> bool {
        rng.random::<f32>() < probability(memory, days)
    }

    fn first(&self, right: bool, rng: &mut StdRng) -> Memory {
        let stability = if right { 2.5 } else { 0.4 };
        Memory {
            stability: stability * self.initial,
            difficulty: rng.random_range(3.0..8.0),
        }
    }

    /// The memory after a review. Growth is larger for easy cards and for late reviews.
    fn after(&self, memory: Memory, days: i64, right: bool) -> Memory {
        let recall = probability(memory, days);
        let stability = match right {
            true => {
                let growth = (11.0 - memory.difficulty)
                    * memory.stability.powf(-0.17)
                    * ((1.0 - recall) * 0.8).exp_m1()
                    * 6.5
                    * self.growth;
                memory.stability * (1.0 + growth)
            }
            false => {
                let left = 1.5
                    * memory.difficulty.powf(-0.06)
                    * ((memory.stability + 1.0).powf(0.26) - 1.0)
                    * ((1.0 - recall) * 1.65).exp()
                    / self.forgetting;
                left.clamp(0.1, memory.stability)
            }
        };
        Memory {
            stability: stability.min(36_500.0),
            difficulty: (memory.difficulty + if right { -0.05 } else { 0.8 }).clamp(1.0, 10.0),
        }
    }
}

fn probability(memory: Memory, days: i64) -> f32 {
    retrievability(
        Recall {
            stability: memory.stability,
            difficulty: memory.difficulty,
        },
        days,
    )
}

/// A number from the standard normal distribution. Source: Box and Muller.
fn normal(rng: &mut StdRng) -> f32 {
    let (u, v): (f32, f32) = (rng.random_range(f32::EPSILON..1.0), rng.random());
    (-2.0 * u.ln()).sqrt() * (2.0 * std::f32::consts::PI * v).cos()
}

/// A way to schedule cards. Returns the days until the next review.
trait Schedule {
    fn next(&self, card: &mut Scheduled, grade: Grade, day: i64) -> i64;
}

/// All that a schedule may know of a card.
struct Scheduled {
    standing: CardMemory,
    ease: f32,
    interval: i64,
    repetitions: usize,
    /// The number of right answers in a row, for fixed intervals.
    step: usize,
    last: i64,
}

struct Fsrs;

impl Schedule for Fsrs {
    fn next(&self, card: &mut Scheduled, grade: Grade, day: i64) -> i64 {
        remember(card, grade, day)
    }
}

/// Keeps what FSRS and SM-2 know of the card, which the predictions need under each schedule.
/// Returns the interval of FSRS.
fn remember(card: &mut Scheduled, grade: Grade, day: i64) -> i64 {
    if grade == Grade::Again {
        card.repetitions = 0;
        card.interval = 1;
        card.ease = (card.ease - 0.54).max(1.3);
    } else {
        card.repetitions += 1;
        card.interval = match card.repetitions {
            1 => 1,
            2 => 6,
            _ => (card.interval as f32 * card.ease).round() as i64,
        };
    }
    let clock = Clock {
        zone: chrono_tz::Tz::UTC,
        now: Utc.timestamp_opt(0, 0).unwrap() + TimeDelta::days(day),
    };
    let all = after_each(&card.standing, DESIRED, &clock).unwrap();
    let (_, after) = all.into_iter().find(|(of, _)| *of == grade).unwrap();
    card.standing.stage = CardStage::Review;
    card.standing.memory = Some(after.memory);
    card.standing.last_day = Some(today(&clock));
    card.standing.reviews += 1;
    match after.wait {
        CardWait::Days(days) => days,
        // Missed cards are seen again on the next day: a day is the unit of the simulation.
        CardWait::Minutes(_) => 1,
    }
}

/// SM-2 as Piotr Woźniak described it in 1987, with its intervals scaled.
struct Sm2 {
    factor: f32,
}

impl Schedule for Sm2 {
    fn next(&self, card: &mut Scheduled, grade: Grade, day: i64) -> i64 {
        remember(card, grade, day);
        ((card.interval as f32 * self.factor).round() as i64).max(1)
    }
}

/// The intervals 1, 3, 7, 14, 30, 60 and 120 days, scaled. A miss begins again.
struct Fixed {
    factor: f32,
}

impl Schedule for Fixed {
    fn next(&self, card: &mut Scheduled, grade: Grade, day: i64) -> i64 {
        const INTERVALS: [i64; 7] = [1, 3, 7, 14, 30, 60, 120];
        remember(card, grade, day);
        if grade == Grade::Again {
            card.step = 0;
            return 1;
        }
        let at = card.step.min(INTERVALS.len() - 1);
        card.step += 1;
        ((INTERVALS[at] as f32 * self.factor).round() as i64).max(1)
    }
}

/// A review as the predictions see it.
struct Seen {
    fsrs: f32,
    sm2: f32,
    right: bool,
}

#[derive(Default)]
struct Outcome {
    reviews: usize,
    /// Sum of the true probabilities of recall at the reviews.
    recall: f64,
    seen: Vec<Seen>,
}

#[derive(Clone, Copy)]
enum Prediction {
    Fsrs,
    Sm2,
    Constant(f32),
}

impl Outcome {
    fn retention(&self) -> f64 {
        self.recall / self.seen.len() as f64
    }

    fn reviews_a_day(&self) -> f64 {
        self.reviews as f64 / (LEARNERS as f64 * DAYS as f64)
    }

    fn share_right(&self) -> f32 {
        let right = self.seen.iter().filter(|seen| seen.right).count();
        right as f32 / self.seen.len() as f32
    }

    fn print(&self, name: &str) {
        println!(
            "{name}: {:.2} reviews a day, retention {:.3}",
            self.reviews_a_day(),
            self.retention()
        );
    }

    /// Log loss and the area under the curve of the prediction.
    fn quality(&self, prediction: Prediction) -> (f64, f64) {
        let of = |seen: &Seen| match prediction {
            Prediction::Fsrs => seen.fsrs,
            Prediction::Sm2 => seen.sm2,
            Prediction::Constant(share) => share,
        };
        let loss: f64 = self
            .seen
            .iter()
            .map(|seen| {
                let p = f64::from(of(seen)).clamp(1e-4, 1.0 - 1e-4);
                if seen.right { -p.ln() } else { -(1.0 - p).ln() }
            })
            .sum();
        let mut ranked: Vec<(f32, bool)> = self.seen.iter().map(|s| (of(s), s.right)).collect();
        ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        (loss / self.seen.len() as f64, area(&ranked))
    }
}

/// The area under the curve from predictions in order, by the ranks of the right answers. Equal
/// predictions share their mean rank.
fn area(ranked: &[(f32, bool)]) -> f64 {
    let (mut ranks, mut at) = (0.0, 0);
    while at < ranked.len() {
        let same = ranked[at..]
            .iter()
            .take_while(|(p, _)| *p == ranked[at].0)
            .count();
        let mean = at as f64 + (same as f64 + 1.0) / 2.0;
        let right = ranked[at..at + same]
            .iter()
            .filter(|(_, right)| *right)
            .count();
        ranks += mean * right as f64;
        at += same;
    }
    let right = ranked.iter().filter(|(_, right)| *right).count() as f64;
    let wrong = ranked.len() as f64 - right;
    (ranks - right * (right + 1.0) / 2.0) / (right * wrong)
}

fn simulate<S: Schedule>(schedule: impl Fn() -> S) -> Outcome {
    let mut outcome = Outcome::default();
    for number in 0..LEARNERS {
        let mut rng = StdRng::seed_from_u64(number as u64);
        let learner = Learner::random(&mut rng);
        learn(&learner, &schedule(), &mut rng, &mut outcome);
    }
    outcome
}

fn learn(learner: &Learner, schedule: &impl Schedule, rng: &mut StdRng, outcome: &mut Outcome) {
    for card in 0..CARDS {
        let mut day = (card / NEW_PER_DAY) as i64;
        let right = rng.random::<f32>() < 0.7;
        let mut memory = learner.first(right, rng);
        let mut known = Scheduled {
            standing: CardMemory {
                card: Uuid::from_u128(card as u128 + 1),
                stage: CardStage::New,
                memory: None,
                last_day: None,
                reviews: 0,
            },
            ease: 2.5,
            interval: 0,
            repetitions: 0,
            step: 0,
            last: day,
        };
        let grade = |right: bool| if right { Grade::Good } else { Grade::Again };
        let mut wait = schedule.next(&mut known, grade(right), day);
        outcome.reviews += 1;
        while day + wait < DAYS {
            day += wait;
            let days = day - known.last;
            let right = learner.recalls(memory, days, rng);
            outcome.reviews += 1;
            outcome.recall += f64::from(probability(memory, days));
            let fsrs = known
                .standing
                .memory
                .map_or(0.9, |m| retrievability(m, days));
            let interval = known.interval.max(1) as f32;
            outcome.seen.push(Seen {
                fsrs,
                sm2: 0.9f32.powf(days as f32 / interval),
                right,
            });
            memory = learner.after(memory, days, right);
            known.last = day;
            wait = schedule.next(&mut known, grade(right), day);
        }
    }
}

/// Returns the factor at which the retention is the wanted one, and the outcome with it. A larger
/// factor gives longer intervals, and so a lower retention.
fn matched(retention: f64, run: impl Fn(f32) -> Outcome) -> (f32, Outcome) {
    let (mut low, mut high) = (0.1f32, 10.0f32);
    for _ in 0..12 {
        let middle = (low * high).sqrt();
        match run(middle).retention() > retention {
            true => low = middle,
            false => high = middle,
        }
    }
    let factor = (low * high).sqrt();
    (factor, run(factor))
}
