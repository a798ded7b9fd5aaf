//! Answers are grouped by their words and what these mean in the course. Measured on answers that a
//! person has sorted.

use std::path::Path;

use serde::Deserialize;

use crate::coldcall::server::similar::groups;
use crate::course::server::index::{directions, index_course};
use crate::platform::error::AppResult;
use crate::platform::ids::CourseId;
use crate::testing::import_draft;
use crate::testing::site::TestSite;

#[derive(Deserialize)]
struct SortedAnswers {
    prompt: Vec<SortedPrompt>,
}

#[derive(Deserialize)]
struct SortedPrompt {
    text: String,
    position: Vec<Position>,
}

#[derive(Deserialize)]
struct Position {
    /// None for answers that say what nobody else says.
    label: Option<String>,
    answers: Vec<String>,
}

/// Numbers of pairs of answers to a prompt.
#[derive(Debug, Default)]
struct Pairs {
    together: u32,
    wrongly_together: u32,
    apart: u32,
}

impl Pairs {
    /// Counts the pairs of a prompt, given the directions of its answers.
    fn count(&mut self, prompt: &SortedPrompt, meanings: &[Option<Vec<f32>>]) {
        let (labels, texts) = prompt.flat();
        let mut places: Vec<usize> = (texts.len()..2 * texts.len()).collect();
        let (found, _) = groups(&texts, &prompt.text, meanings);
        for (number, group) in found.iter().enumerate() {
            for member in &group.members {
                places[*member] = number;
            }
        }
        for one in 0..texts.len() {
            for other in 0..one {
                let same = labels[one].is_some() && labels[one] == labels[other];
                match (same, places[one] == places[other]) {
                    (true, true) => self.together += 1,
                    (false, true) => self.wrongly_together += 1,
                    (true, false) => self.apart += 1,
                    (false, false) => {}
                }
            }
        }
    }

    fn precision(&self) -> f64 {
        f64::from(self.together) / f64::from(self.together + self.wrongly_together)
    }

    fn recall(&self) -> f64 {
        f64::from(self.together) / f64::from(self.together + self.apart)
    }
}

impl SortedPrompt {
    fn flat(&self) -> (Vec<Option<&str>>, Vec<&str>) {
        let positions = self.position.iter();
        positions
            .flat_map(|position| {
                let label = position.label.as_deref();
                position
                    .answers
                    .iter()
                    .map(move |text| (label, text.as_str()))
            })
            .unzip()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_mean_the_same_are_found() {
    let site = TestSite::new().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let demo = root.join("content/how-to-trust-a-number");
    let (draft, _) = crate::import::read(&demo, false).unwrap();
    import_draft(&site, draft).await;
    let course = site.test.text("select course_id::text from courses").await;
    let course = CourseId(course.parse().unwrap());
    let organization = site.test.organization;
    index_course(&site.state.db, organization, course)
        .await
        .unwrap();
    let sorted = std::fs::read_to_string(root.join("benches/answers/cold-calls.toml")).unwrap();
    let sorted: SortedAnswers = toml::from_str(&sorted).unwrap();
    let (mut by_words, mut by_both) = (Pairs::default(), Pairs::default());
    for prompt in sorted.prompt {
        by_words.count(&prompt, &[]);
        let (prompt, meanings) = site
            .state
            .db
            .within(organization, async move |conn| {
                let (_, texts) = prompt.flat();
                let meanings = directions(conn, course, &texts).await?;
                AppResult::Ok((prompt, meanings))
            })
            .await
            .unwrap();
        by_both.count(&prompt, &meanings);
    }
    println!("by words {by_words:?}, by both {by_both:?}");
    assert!(by_both.precision() > 0.6, "{by_both:?}");
    assert!(by_both.recall() > 0.2, "{by_both:?}");
    assert!(by_both.recall() > by_words.recall(), "{by_words:?}");
}
