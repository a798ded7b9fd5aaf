//! Line art for courses without a picture. The slug alone determines the drawing, so a course
//! always looks the same.
//!
//! Coordinates are whole numbers. They keep the paths short and keep float formatting out of the
//! browser build.

use std::fmt::Write;

use leptos::prelude::*;

use super::Erase;

/// The course's own picture, or its drawing.
pub fn course_picture(slug: String, thumbnail: Option<String>) -> AnyView {
    match thumbnail {
        Some(src) => view! { <img class="art" src=src alt="" width="132" height="92" loading="lazy" decoding="async" /> }.erase(),
        None => view! { <CourseArt slug=slug /> }.erase(),
    }
}

/// The drawing of a course. It is decoration, because the title stands beside it.
#[component]
pub fn CourseArt(
    #[prop(into)] slug: String,
    #[prop(default = "")] class: &'static str,
) -> impl IntoView {
    let strokes = draw(&slug)
        .into_iter()
        .map(|stroke| view! { <path class=stroke.class d=stroke.path></path> })
        .collect_view();
    view! {
        <svg
            class=format!("art {class}")
            viewBox="0 0 132 92"
            preserveAspectRatio="xMidYMid slice"
            aria-hidden="true"
        >
            {strokes}
        </svg>
    }
    .erase()
}

/// All lines of one weight and color, as one path.
struct Stroke {
    class: &'static str,
    path: String,
}

const WIDTH: u32 = 132;
const HEIGHT: u32 = 92;

fn draw(slug: &str) -> Vec<Stroke> {
    let mut dice = Dice::of(slug);
    match dice.below(3) {
        0 => arcs(&mut dice),
        1 => waves(&mut dice),
        _ => rays(&mut dice),
    }
}

/// Growing circles around the corners and the middles of the long edges, and a gold dot.
fn arcs(dice: &mut Dice) -> Vec<Stroke> {
    const CENTERS: [(u32, u32); 6] = [
        (0, 0),
        (WIDTH, 0),
        (0, HEIGHT),
        (WIDTH, HEIGHT),
        (WIDTH / 2, 0),
        (WIDTH / 2, HEIGHT),
    ];
    let (mut fine, mut bold) = (String::new(), String::new());
    for ring in 0..6 {
        let (x, y) = CENTERS[dice.below(6) as usize];
        let path = if ring % 2 == 0 { &mut fine } else { &mut bold };
        circle(path, x, y, 14 + 15 * ring);
    }
    let mut dot = String::new();
    circle(&mut dot, 24 + dice.below(84), 20 + dice.below(52), 7);
    vec![
        Stroke {
            class: "fine",
            path: fine,
        },
        Stroke {
            class: "bold",
            path: bold,
        },
        Stroke {
            class: "dot",
            path: dot,
        },
    ]
}

/// Nine parallel waves, one of them gold.
fn waves(dice: &mut Dice) -> Vec<Stroke> {
    let (mut fine, mut gold) = (String::new(), String::new());
    let chosen = 2 + dice.below(5);
    let mut swell = 5 + dice.below(9);
    for line in 0..9 {
        swell = (swell + dice.below(7)).saturating_sub(3).clamp(5, 15);
        let y = 10 + 9 * line;
        let (crest, trough) = (i64::from(y) - i64::from(swell), y + swell);
        let path = if line == chosen { &mut gold } else { &mut fine };
        write(
            path,
            format_args!("M0 {y}C33 {crest} 55 {trough} 88 {y}S120 {crest} 140 {y}"),
        );
    }
    vec![
        Stroke {
            class: "fine",
            path: fine,
        },
        Stroke {
            class: "gold",
            path: gold,
        },
    ]
}

/// Rays from a sun on the lower edge, one of them gold.
fn rays(dice: &mut Dice) -> Vec<Stroke> {
    let origin = [33, 66, 66, 99][dice.below(4) as usize];
    let (mut fine, mut gold, mut sun) = (String::new(), String::new(), String::new());
    let chosen = 2 + dice.below(11);
    for ray in 0..15 {
        let path = if ray == chosen { &mut gold } else { &mut fine };
        let (x, y) = (ray * WIDTH / 14, 5 + dice.below(26));
        write(path, format_args!("M{origin} {HEIGHT}L{x} {y}"));
    }
    circle(&mut sun, origin, HEIGHT, 16 + dice.below(9));
    vec![
        Stroke {
            class: "fine",
            path: fine,
        },
        Stroke {
            class: "gold",
            path: gold,
        },
        Stroke {
            class: "sun",
            path: sun,
        },
    ]
}

fn circle(path: &mut String, x: u32, y: u32, r: u32) {
    let (left, across) = (i64::from(x) - i64::from(r), 2 * r);
    write(
        path,
        format_args!("M{left} {y}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0"),
    );
}

fn write(path: &mut String, segment: std::fmt::Arguments) {
    // Writing to a String cannot fail.
    let _ = path.write_fmt(segment);
}

/// A random generator: seeded with FNV-1a, continued with SplitMix64. Both are small and give the
/// same drawings on every platform.
struct Dice(u64);

impl Dice {
    fn of(slug: &str) -> Self {
        let hash = slug.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Dice(hash)
    }

    /// A number from 0 to `bound` - 1.
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % u64::from(bound)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(slug: &str) -> String {
        draw(slug)
            .iter()
            .map(|stroke| format!("{}:{}\n", stroke.class, stroke.path))
            .collect()
    }

    #[test]
    fn a_slug_always_draws_the_same_and_another_slug_something_else() {
        assert_eq!(drawing("rust-book"), drawing("rust-book"));
        assert_ne!(drawing("rust-book"), drawing("rust-cook"));
    }

    #[test]
    fn every_family_is_drawn_and_none_is_long() {
        let mut families = std::collections::BTreeSet::new();
        for n in 0..300 {
            let strokes = draw(&format!("course-{n}"));
            assert!(strokes.len() <= 4);
            assert!(strokes.iter().all(|stroke| stroke.path.starts_with('M')));
            assert!(
                strokes
                    .iter()
                    .map(|stroke| stroke.path.len())
                    .sum::<usize>()
                    < 700
            );
            families.insert(strokes[strokes.len() - 1].class);
        }
        assert_eq!(
            families.into_iter().collect::<Vec<_>>(),
            ["dot", "gold", "sun"]
        );
    }

    #[test]
    fn an_empty_slug_is_no_trouble() {
        assert!(!draw("").is_empty());
    }
}
