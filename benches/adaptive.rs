//! Compares adaptive exams with fixed ones on simulated learners. Goal: the adaptive exam reaches
//! the fixed one's error with at most half of its items.
//!
//! There are 2,000 learners of known ability, N(0, 1) logits, and banks of 200 Rasch items. A
//! fixed exam draws its items at random for each learner, like exams that are not adaptive. The
//! error is the root mean squared difference from the known ability, in logits.
//!
//! Fixed exams are scored in two ways. One is the percentage, converted to an ability by the best
//! possible table, which is built from 20,000 other learners. The other is the adaptive exam's
//! estimate, which accounts for easy and difficult draws as a percentage cannot.
//!
//! A Rasch item gives at most a quarter of information per squared logit. By the same estimate,
//! the goal is therefore reachable only if random items give less than an eighth. That is so in
//! banks far wider than their learners. Several banks are shown.
//!
//! `cargo bench --features ssr --bench adaptive` takes half a minute and prints the same figures
//! each time.

use rand::rngs::StdRng;
use rand::seq::index;
use rand::{Rng, SeedableRng};

use lyceum::question_bank::server::adaptive::ability::Posterior;
use lyceum::question_bank::server::adaptive::difficulty::{
    Evidence, calibrate, expected_by_author,
};
use lyceum::question_bank::server::adaptive::selection::{
    SelectionPlan, SelectionStep, next, select,
};
use lyceum::question_bank::server::adaptive::{
    LEARNER_DISTRIBUTION, Normal, information, probability,
};

const ITEMS: usize = 200;
const COUNT: usize = 2_000;
const OTHERS: usize = 20_000;
const LONGEST: usize = 60;
/// Length of the fixed exam that the goal refers to.
const FIXED: usize = 40;
/// Length of the adaptive exam for which exposure and estimated difficulties are shown.
const SHORT: usize = FIXED / 2;
/// Standard deviation of the bank used for exposure and estimated difficulties.
const SPREAD: f64 = 1.5;
/// Number of best items among which the compared exams choose at random.
const AMONG: usize = 5;

fn main() {
    println!(
        "{COUNT} learners N(0, 1), {ITEMS} items; errors in logits, each within about 3 %; adaptive: among the best {AMONG}"
    );
    let bank = |mean, sd| normals(Normal { mean, sd }, 11);
    compare("Difficulties N(0, 1)", &bank(0.0, 1.0));
    compare("Difficulties N(0, 1.5)", &bank(0.0, SPREAD));
    compare("Difficulties N(0, 2)", &bank(0.0, 2.0));
    compare("An easy bank: difficulties N(-1, 1)", &bank(-1.0, 1.0));
    let mut rng = StdRng::seed_from_u64(11);
    let even: Vec<f64> = (0..ITEMS)
        .map(|_| expected_by_author(rng.random_range(0.02..0.98)))
        .collect();
    compare(
        "Difficulties even on the author's scale, 0.02 to 0.98",
        &even,
    );
    exposures(&bank(0.0, SPREAD));
    calibrations(&bank(0.0, SPREAD));
}

/// Prints the errors of both kinds of exams, and how many items the adaptive one needs for the
/// same error.
fn compare(name: &str, bank: &[f64]) {
    let learners = learners(bank, COUNT, 1);
    let percentage = by_percentage(bank, &learners);
    let ability = fixed(bank, &learners);
    let adaptive = adaptive(bank, &learners, LONGEST, AMONG);
    let needs = |error: f64| (1..=LONGEST).find(|&items| adaptive.errors[items] <= error);
    let shown = |items: Option<usize>| items.map_or("-".to_owned(), |items| items.to_string());

    println!("\n{name}");
    println!("        error of fixed exam by             as good as fixed by");
    println!("items   percentage    ability   adaptive   percentage    ability");
    for items in (5..=LONGEST).step_by(5) {
        println!(
            "{items:5}   {:10.3} {:10.3} {:10.3}   {:>10} {:>10}",
            percentage[items],
            ability[items],
            adaptive.errors[items],
            shown(needs(percentage[items])),
            shown(needs(ability[items])),
        );
    }
    let best = information(0.0, 0.0);
    let told: f64 = learners
        .iter()
        .flat_map(|learner| bank.iter().map(|&item| information(learner.ability, item)))
        .sum::<f64>()
        / (learners.len() * bank.len()) as f64;
    println!(
        "an item at random tells {told:.3} per squared logit, the best {best:.3}: scored alike, about {:.0} % of the items is the least there is",
        100.0 * told / best
    );
    let verdict = |is_met| if is_met { "goal met" } else { "goal NOT met" };
    for (scored, errors) in [("percentage", &percentage), ("ability", &ability)] {
        let error = errors[FIXED];
        let items = needs(error);
        let (mean_items, reached) = until_precise(bank, &learners, error);
        println!(
            "error {error:.3} of {FIXED} fixed items by {scored}: {} adaptive items, {}; stopping at that standard error: {mean_items:.1} on average for {reached:.3}, {}",
            shown(items),
            verdict(items.is_some_and(|items| items * 2 <= FIXED)),
            verdict(mean_items * 2.0 <= FIXED as f64 && reached <= error),
        );
    }
    let asked = &adaptive.asked[SHORT];
    println!(
        "exposure at {SHORT} items: mean {:.0} %, most {:.0} %, never {} items",
        percent(asked.iter().sum::<usize>() / ITEMS),
        percent(most(asked)),
        never(asked)
    );
}

/// Prints the effect of exposure control on the error and on how often items are asked.
fn exposures(bank: &[f64]) {
    let learners = learners(bank, COUNT, 1);
    println!("\nExposure control, difficulties N(0, {SPREAD}), {SHORT} items");
    println!("among   error   most exposed   exposed to over 30 %   never");
    for among in [1, 3, 5, 10, 20] {
        let exam = adaptive(bank, &learners, SHORT, among);
        let asked = &exam.asked[SHORT];
        let often = asked.iter().filter(|&&asked| percent(asked) > 30.0).count();
        println!(
            "{among:5}   {:.3} {:12.0} % {often:22} {:7}",
            exam.errors[SHORT],
            percent(most(asked)),
            never(asked)
        );
    }
}

/// Prints the error when difficulties are only estimates. These combine the author's opinion,
/// which is off by N(0, 1) logits, with a number of answers.
fn calibrations(bank: &[f64]) {
    let learners = learners(bank, COUNT, 1);
    println!("\nEstimated difficulties, N(0, {SPREAD}), authors off by N(0, 1)");
    println!(
        "answers to each item error of difficulties   adaptive, {SHORT} items   fixed by ability, {FIXED}"
    );
    let off = normals(LEARNER_DISTRIBUTION, 12);
    // The authors' estimates vary less than the items do, like those of cautious authors.
    let seen: f64 = 1.0 - 1.0 / SPREAD.powi(2);
    let stretch = expected_by_author(probability(1.0, 0.0));
    for answers in [0, 20, 50, 200, 1_000] {
        let mut rng = StdRng::seed_from_u64(13);
        let mut evidence = |item: f64, off: f64| Evidence {
            author: Some(probability(
                (seen * item + seen.sqrt() * off) / stretch,
                0.0,
            )),
            answers,
            points: (0..answers)
                .filter(|_| {
                    let ability = normal(&mut rng);
                    rng.random_bool(probability(ability, item))
                })
                .count() as f64,
            answered_by: LEARNER_DISTRIBUTION,
        };
        let items = bank.iter().zip(&off);
        let evidence: Vec<Evidence> = items.map(|(&item, &off)| evidence(item, off)).collect();
        let found: Vec<f64> = calibrate(&evidence)
            .iter()
            .map(|item| item.estimate)
            .collect();
        let errors = bank
            .iter()
            .zip(&found)
            .map(|(item, found)| (item - found).powi(2));
        println!(
            "{answers:20} {:23.3} {:20.3} {:23.3}",
            (errors.sum::<f64>() / ITEMS as f64).sqrt(),
            adaptive(&found, &learners, SHORT, AMONG).errors[SHORT],
            fixed(&found, &learners)[FIXED]
        );
    }
}

struct Learner {
    ability: f64,
    /// Points that the learner gets on each item, if asked.
    points: Vec<f64>,
    /// Items in the order in which a fixed exam asks them. The first n are an exam of length n.
    drawn: Vec<usize>,
    seed: u64,
}

fn learners(bank: &[f64], count: usize, seed: u64) -> Vec<Learner> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            let ability = normal(&mut rng);
            let chances = bank.iter().map(|&item| probability(ability, item));
            Learner {
                ability,
                points: chances
                    .map(|chance| f64::from(u8::from(rng.random_bool(chance))))
                    .collect(),
                drawn: index::sample(&mut rng, bank.len(), LONGEST).into_vec(),
                seed: rng.random(),
            }
        })
        .collect()
}

/// Returns the errors of scoring by percentage. The index is the number of items, from 0.
fn by_percentage(bank: &[f64], measured: &[Learner]) -> Vec<f64> {
    // Number of learners and sum of their abilities, by number of items and of right answers.
    let mut table = vec![vec![(0usize, 0.0); LONGEST + 1]; LONGEST + 1];
    for learner in learners(bank, OTHERS, 2) {
        for (items, right) in rights(&learner).into_iter().enumerate() {
            let (count, abilities) = &mut table[items][right];
            *count += 1;
            *abilities += learner.ability;
        }
    }
    let mut errors = Errors::new();
    for learner in measured {
        for (items, right) in rights(learner).into_iter().enumerate() {
            let (count, abilities) = table[items][right];
            errors.add(items, learner, abilities / count.max(1) as f64);
        }
    }
    errors.roots()
}

/// Returns the number of right answers among the first n drawn items; the index is n.
fn rights(learner: &Learner) -> Vec<usize> {
    let mut right = vec![0];
    for &item in &learner.drawn {
        right.push(right[right.len() - 1] + learner.points[item] as usize);
    }
    right
}

fn fixed(difficulties: &[f64], learners: &[Learner]) -> Vec<f64> {
    let mut errors = Errors::new();
    for learner in learners {
        let mut posterior = Posterior::new(LEARNER_DISTRIBUTION);
        errors.add(0, learner, LEARNER_DISTRIBUTION.mean);
        for (&item, items) in learner.drawn.iter().zip(1..) {
            posterior.observe(difficulties[item], learner.points[item]);
            errors.add(items, learner, posterior.ability().estimate);
        }
    }
    errors.roots()
}

struct Adaptive {
    errors: Vec<f64>,
    /// Number of learners who were asked each item, by length of the exam.
    asked: Vec<Vec<usize>>,
}

/// Simulates adaptive exams that choose by these difficulties, which may be estimates.
fn adaptive(difficulties: &[f64], learners: &[Learner], longest: usize, among: usize) -> Adaptive {
    let eligible: Vec<usize> = (0..ITEMS).collect();
    let mut errors = Errors::new();
    let mut asked = vec![vec![0; ITEMS]; LONGEST + 1];
    for learner in learners {
        let mut rng = StdRng::seed_from_u64(learner.seed);
        let mut posterior = Posterior::new(LEARNER_DISTRIBUTION);
        let mut given = Vec::with_capacity(LONGEST);
        loop {
            let estimate = posterior.ability().estimate;
            errors.add(given.len(), learner, estimate);
            for &item in &given {
                asked[given.len()][item] += 1;
            }
            if given.len() == longest {
                break;
            }
            let item = select(difficulties, &eligible, &given, estimate, among, &mut rng)
                .expect("a bank larger than the exam");
            posterior.observe(difficulties[item], learner.points[item]);
            given.push(item);
        }
    }
    Adaptive {
        errors: errors.roots(),
        asked,
    }
}

/// Simulates exams that stop at this standard error. Returns the mean number of items and the
/// error.
fn until_precise(bank: &[f64], learners: &[Learner], standard_error: f64) -> (f64, f64) {
    let eligible: Vec<usize> = (0..ITEMS).collect();
    let plan = SelectionPlan {
        prior: LEARNER_DISTRIBUTION,
        minimum: 5,
        maximum: LONGEST,
        standard_error,
        among: AMONG,
    };
    let (mut items, mut squares) = (0, 0.0);
    for learner in learners {
        let mut rng = StdRng::seed_from_u64(learner.seed);
        let mut given: Vec<(usize, f64)> = Vec::new();
        let found = loop {
            match next(bank, &eligible, &given, &plan, &mut rng) {
                SelectionStep::Ask(item) => given.push((item, learner.points[item])),
                SelectionStep::End(found, _) => break found,
            }
        };
        items += given.len();
        squares += (found.estimate - learner.ability).powi(2);
    }
    let count = learners.len() as f64;
    (items as f64 / count, (squares / count).sqrt())
}

/// Number and sum of squared errors, by number of items.
struct Errors(Vec<(usize, f64)>);

impl Errors {
    fn new() -> Self {
        Self(vec![(0, 0.0); LONGEST + 1])
    }

    fn add(&mut self, items: usize, learner: &Learner, estimate: f64) {
        let (count, squares) = &mut self.0[items];
        *count += 1;
        *squares += (estimate - learner.ability).powi(2);
    }

    fn roots(self) -> Vec<f64> {
        let means = self.0.into_iter();
        means
            .map(|(count, squares)| (squares / count as f64).sqrt())
            .collect()
    }
}

fn percent(asked: usize) -> f64 {
    100.0 * asked as f64 / COUNT as f64
}

fn most(asked: &[usize]) -> usize {
    asked.iter().copied().max().unwrap_or(0)
}

fn never(asked: &[usize]) -> usize {
    asked.iter().filter(|&&asked| asked == 0).count()
}

fn normals(of: Normal, seed: u64) -> Vec<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..ITEMS)
        .map(|_| of.mean + of.sd * normal(&mut rng))
        .collect()
}

/// Draws from N(0, 1) by the method of Box and Muller.
fn normal(rng: &mut StdRng) -> f64 {
    let (radius, angle): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
