//! Compares the adaptive path with the linear one, on simulated learners, and the model of mastery
//! with the item mean. Goals: all concepts known in at most 0.7 of the steps of the linear path,
//! and predictions that are calibrated within 0.05.
//!
//! The concepts are those that the rules find in the Rust book below `LYCEUM_SHARED`, or a made-up
//! graph of 60 concepts where the book is not there; the first line says which. Each learner knows
//! some concepts from the start, more likely early ones and those that others build on. A step
//! shows one nugget and asks about its concept. A learner who does not know the concept learns it
//! with a chance of their own, which is a third where something required is not known. Answers have
//! slips and guesses of 0.08 and 0.22, which are not the model's numbers. After twenty steps there
//! is a pause of a day, and a quiz of some concepts without their texts.
//!
//! The linear path shows every nugget in its order until the model counts its concept as mastered,
//! at most three times, and begins again until all are known. The adaptive path is `plan.rs` as it
//! runs on the site, with a new session where a path ends. Both stop when every concept is really
//! known. A second figure counts steps until the model itself counts all concepts as mastered.
//!
//! `cargo bench --features ssr --bench paths` prints the same figures each time.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use lyceum::mastery::Thresholds;
use lyceum::mastery::server::model::{Belief, ScoredAnswer, chance};
use lyceum::narrative::server::plan::{PathStep, PlanNode, PlanState, Visit};
use lyceum::notes::server::extract;
use lyceum::platform::markdown;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const LEARNERS: usize = 2_000;
const CONCEPTS: usize = 60;
const MOST_STEPS: usize = 2_000;
const SLIP: f64 = 0.08;
const GUESS: f64 = 0.22;
/// Minutes between two steps, and between two sessions of twenty steps.
const STEP: i64 = 4;
const PAUSE: i64 = 24 * 60;

fn main() {
    let (name, nodes) = graph();
    let edges: usize = nodes.iter().map(|node| node.requires.len()).sum();
    println!(
        "{LEARNERS} learners, {} concepts with {edges} requirements ({name})",
        nodes.len()
    );
    let mut answers = Vec::new();
    let mut linear = Vec::new();
    let mut adaptive = Vec::new();
    for seed in 0..LEARNERS {
        linear.push(walk(&nodes, seed as u64, false, &mut answers));
        adaptive.push(walk(&nodes, seed as u64, true, &mut answers));
    }
    for (what, of) in [
        (
            "really known",
            (|walk: &Walk| walk.known_at) as fn(&Walk) -> usize,
        ),
        ("mastered by the model", |walk: &Walk| walk.mastered_at),
    ] {
        let mean = |walks: &[Walk]| walks.iter().map(of).sum::<usize>() as f64 / walks.len() as f64;
        let (line, adapt) = (mean(&linear), mean(&adaptive));
        let share = adapt / line;
        let verdict = if share <= 0.7 {
            "goal met"
        } else {
            "goal NOT met"
        };
        println!(
            "\nsteps until all concepts are {what}: linear {line:.1}, adaptive {adapt:.1}, share {share:.3}, {verdict}"
        );
        let never = |walks: &[Walk]| walks.iter().filter(|walk| of(walk) >= MOST_STEPS).count();
        println!(
            "not within {MOST_STEPS} steps: linear {}, adaptive {}",
            never(&linear),
            never(&adaptive)
        );
    }
    println!("\nshare of concepts really known after so many steps");
    println!("steps     linear  adaptive");
    for at in (0..=600).step_by(30) {
        let mean = |walks: &[Walk]| {
            let shares = walks.iter().map(|walk| {
                let last = walk.curve.last().copied().unwrap_or(1.0);
                walk.curve.get(at).copied().unwrap_or(last)
            });
            shares.sum::<f64>() / walks.len() as f64
        };
        println!("{at:5} {:10.3} {:9.3}", mean(&linear), mean(&adaptive));
    }
    quality(&answers, nodes.len());
}

/// A prediction and what came of it, with the concept.
struct Predicted {
    concept: usize,
    chance: f64,
    is_right: bool,
}

struct Walk {
    known_at: usize,
    mastered_at: usize,
    /// Share of concepts that are really known, by step.
    curve: Vec<f64>,
}

fn key(concept: usize) -> String {
    format!("c{concept}")
}

fn graph() -> (&'static str, Vec<PlanNode>) {
    match book() {
        Some(nodes) => ("the Rust book", nodes),
        None => ("a made-up graph", made_up()),
    }
}

/// The concepts that the rules find in the Rust book. Each requires those that were defined on
/// earlier pages and that its own page names, at most the last four.
fn book() -> Option<Vec<PlanNode>> {
    let shared = std::env::var("LYCEUM_SHARED").ok()?;
    let source = std::path::Path::new(&shared).join("courses/rust-book/src");
    let summary = std::fs::read_to_string(source.join("SUMMARY.md")).ok()?;
    let mut names: Vec<String> = Vec::new();
    let mut nodes = Vec::new();
    for link in summary.split("](").skip(1) {
        let file = link.split(')').next()?;
        let Ok(text) = std::fs::read_to_string(source.join(file)) else {
            continue;
        };
        let html = markdown::render(&text, &|_, _| None).html;
        let page = text.to_lowercase();
        let earlier = names.len();
        for concept in extract::notes(&html).concepts {
            let name = concept.concept.to_lowercase();
            if names.contains(&name) {
                continue;
            }
            let used = (0..earlier).rev();
            let used = used.filter(|at| extract::find_word(&page, &names[*at]).is_some());
            nodes.push(PlanNode {
                concepts: vec![key(names.len())],
                requires: used.take(4).map(key).collect(),
                is_open: true,
            });
            names.push(name);
        }
    }
    (!nodes.is_empty()).then_some(nodes)
}

/// Sixty concepts: each requires up to three of the twelve before it.
fn made_up() -> Vec<PlanNode> {
    let mut rng = StdRng::seed_from_u64(7);
    let nodes = (0..CONCEPTS).map(|concept| {
        let count = if concept == 0 {
            0
        } else {
            rng.random_range(0..=3)
        };
        let mut requires: Vec<usize> = (0..count)
            .map(|_| rng.random_range(concept.saturating_sub(12)..concept))
            .collect();
        requires.sort_unstable();
        requires.dedup();
        PlanNode {
            concepts: vec![key(concept)],
            requires: requires.into_iter().map(key).collect(),
            is_open: true,
        }
    });
    nodes.collect()
}

fn requires(nodes: &[PlanNode], concept: usize) -> impl Iterator<Item = usize> + '_ {
    let required = nodes[concept].requires.iter();
    required.filter_map(|name| name.strip_prefix('c')?.parse().ok())
}

fn walk(nodes: &[PlanNode], seed: u64, is_adaptive: bool, answers: &mut Vec<Predicted>) -> Walk {
    let mut rng = StdRng::seed_from_u64(seed);
    let share = rng.random_range(0.0..0.8);
    let learning: f64 = rng.random_range(0.35..0.85);
    let mut known: Vec<bool> = Vec::new();
    for concept in 0..nodes.len() {
        let ready = requires(nodes, concept).all(|other| known[other]);
        let early = 1.0 - 0.5 * concept as f64 / nodes.len() as f64;
        let likely = share * early * if ready { 1.0 } else { 0.3 };
        known.push(rng.random_range(0.0..1.0) < likely);
    }
    let mut beliefs: Vec<Option<Belief>> = vec![None; nodes.len()];
    let mut levels: BTreeMap<String, u8> = BTreeMap::new();
    let mut visits: Vec<Visit> = Vec::new();
    let mut line = Linear::default();
    let mut now: DateTime<Utc> = Utc.with_ymd_and_hms(2026, 1, 1, 9, 0, 0).unwrap();
    let thresholds = Thresholds::default();
    let mut walk = Walk {
        known_at: MOST_STEPS,
        mastered_at: MOST_STEPS,
        curve: Vec::new(),
    };
    for step in 0..MOST_STEPS {
        let count = known.iter().filter(|known| **known).count();
        walk.curve.push(count as f64 / nodes.len() as f64);
        if count == nodes.len() {
            walk.known_at = walk.known_at.min(step);
        }
        let is_mastered = |concept: usize| {
            levels
                .get(&key(concept))
                .is_some_and(|level| *level >= thresholds.mastered)
        };
        if (0..nodes.len()).all(is_mastered) {
            walk.mastered_at = walk.mastered_at.min(step);
        }
        if walk.known_at < MOST_STEPS && walk.mastered_at < MOST_STEPS {
            break;
        }
        let shown = match is_adaptive {
            false => line.next(nodes.len(), &is_mastered),
            true => match planned(nodes, &levels, &visits, now) {
                Some(node) => node,
                None => {
                    // A new session. The model may also take all for mastered, while something is
                    // not known.
                    visits.clear();
                    let next = planned(nodes, &levels, &visits, now);
                    next.unwrap_or_else(|| line.next(nodes.len(), &|_| false))
                }
            },
        };
        visits.push(Visit {
            node: shown,
            at: now,
        });
        let ready = requires(nodes, shown).all(|other| known[other]);
        let learns = learning * if ready { 1.0 } else { 1.0 / 3.0 };
        // The text is read before the question is asked.
        if !known[shown] && rng.random_range(0.0..1.0) < learns {
            known[shown] = true;
        }
        let right = if known[shown] { 1.0 - SLIP } else { GUESS };
        let is_right = rng.random_range(0.0..1.0) < right;
        let recent = |belief: Belief| now - belief.at < TimeDelta::hours(1);
        let weight = match beliefs[shown].is_some_and(recent) {
            true => 0.5,
            false => 1.0,
        };
        let before = beliefs[shown].unwrap_or_else(|| Belief::prior(now));
        beliefs[shown] = Some(before.after(&answered(is_right, weight, now)));
        if step % 20 == 19 {
            now += TimeDelta::minutes(PAUSE);
            quiz(&mut beliefs, &known, now, &mut rng, answers);
        } else {
            now += TimeDelta::minutes(STEP);
        }
        for (concept, belief) in beliefs.iter().enumerate() {
            if let Some(belief) = belief {
                levels.insert(key(concept), belief.level(now));
            }
        }
    }
    walk
}

fn answered(is_right: bool, weight: f64, at: DateTime<Utc>) -> ScoredAnswer {
    ScoredAnswer {
        points: f64::from(u8::from(is_right)),
        difficulty: 0.5,
        weight,
        at,
    }
}

/// Asks for a fifth of the concepts that were asked for before, without their texts. Only these
/// answers are predicted: those right after a text say more about the text than about the learner.
fn quiz(
    beliefs: &mut [Option<Belief>],
    known: &[bool],
    now: DateTime<Utc>,
    rng: &mut StdRng,
    answers: &mut Vec<Predicted>,
) {
    for (concept, belief) in beliefs.iter_mut().enumerate() {
        let Some(belief) = belief else {
            continue;
        };
        if rng.random_range(0.0..1.0) < 0.2 {
            let right = if known[concept] { 1.0 - SLIP } else { GUESS };
            let is_right = rng.random_range(0.0..1.0) < right;
            answers.push(Predicted {
                concept,
                chance: chance(belief.known(now), 0.5),
                is_right,
            });
            *belief = belief.after(&answered(is_right, 1.0, now));
        }
    }
}

/// The next node of the adaptive path. None at its end.
fn planned(
    nodes: &[PlanNode],
    levels: &BTreeMap<String, u8>,
    visits: &[Visit],
    now: DateTime<Utc>,
) -> Option<usize> {
    let state = PlanState {
        nodes,
        levels,
        visits,
        now,
        thresholds: Thresholds::default(),
    };
    match state.next() {
        PathStep::Show(node) => Some(node),
        PathStep::End { .. } => None,
    }
}

/// The linear path: each nugget until its concept counts as mastered, at most three times.
#[derive(Default)]
struct Linear {
    at: usize,
    shown: usize,
}

impl Linear {
    fn next(&mut self, count: usize, is_mastered: &dyn Fn(usize) -> bool) -> usize {
        if self.shown > 0 && (is_mastered(self.at) || self.shown == 3) {
            self.at = (self.at + 1) % count;
            self.shown = 0;
        }
        self.shown += 1;
        self.at
    }
}

/// Prints log loss, AUC and calibration of the predictions, beside the mean of each item.
fn quality(answers: &[Predicted], concepts: usize) {
    let mut sums = vec![(0.0, 0.0); concepts];
    for answer in answers {
        sums[answer.concept].0 += f64::from(u8::from(answer.is_right));
        sums[answer.concept].1 += 1.0;
    }
    let of_item = |answer: &Predicted| {
        let (right, all) = sums[answer.concept];
        (right / all).clamp(0.001, 0.999)
    };
    println!(
        "\npredictions of {} answers     log loss    AUC",
        answers.len()
    );
    let model = |answer: &Predicted| answer.chance;
    print_quality("model, without fitting", answers, &model);
    print_quality("item mean, of the same data", answers, &of_item);
    println!("\npredicted    right   answers");
    let mut worst: f64 = 0.0;
    for bin in 0..10 {
        let (from, to) = (f64::from(bin) / 10.0, f64::from(bin + 1) / 10.0);
        let inside: Vec<&Predicted> = (answers.iter())
            .filter(|answer| answer.chance >= from && answer.chance < to)
            .collect();
        if inside.len() < 500 {
            continue;
        }
        let count = inside.len() as f64;
        let predicted = inside.iter().map(|answer| answer.chance).sum::<f64>() / count;
        let right = inside.iter().filter(|answer| answer.is_right).count() as f64 / count;
        worst = worst.max((predicted - right).abs());
        println!("{predicted:9.3} {right:8.3} {:9}", inside.len());
    }
    let verdict = if worst <= 0.05 {
        "goal met"
    } else {
        "goal NOT met"
    };
    println!("largest difference {worst:.3}, {verdict}");
}

fn print_quality(name: &str, answers: &[Predicted], predict: &dyn Fn(&Predicted) -> f64) {
    let loss: f64 = answers
        .iter()
        .map(|answer| {
            let chance = predict(answer);
            -(if answer.is_right {
                chance
            } else {
                1.0 - chance
            })
            .ln()
        })
        .sum();
    let mut ranked: Vec<(f64, bool)> = answers
        .iter()
        .map(|answer| (predict(answer), answer.is_right))
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Equal predictions share their ranks.
    let (mut sum, mut at) = (0.0, 0);
    while at < ranked.len() {
        let end = at
            + ranked[at..]
                .iter()
                .take_while(|one| one.0 == ranked[at].0)
                .count();
        let rank = (at + 1 + end) as f64 / 2.0;
        sum += rank * ranked[at..end].iter().filter(|one| one.1).count() as f64;
        at = end;
    }
    let right = ranked.iter().filter(|one| one.1).count() as f64;
    let wrong = ranked.len() as f64 - right;
    let auc = (sum - right * (right + 1.0) / 2.0) / (right * wrong);
    println!("{name:32} {:9.4} {auc:6.3}", loss / answers.len() as f64);
}
