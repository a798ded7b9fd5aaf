//! What an item declares to be right.

use crate::quiz::exchange::check::few;
use crate::quiz::exchange::markup::Element;

pub struct Declaration {
    /// Of the response.
    pub identifier: String,
    pub is_single: bool,
    pub is_number: bool,
    /// In the order of the file.
    pub correct: Vec<String>,
    /// What each answer brings.
    pub points: Vec<(String, f64)>,
    /// Capital letters are said to make a difference.
    pub minds_case: bool,
}

impl Declaration {
    pub fn of(root: &Element, interaction: &Element) -> Result<Self, String> {
        let identifier = interaction
            .attribute("responseIdentifier")
            .unwrap_or_default();
        let declaration = root
            .all("responseDeclaration")
            .find(|declaration| declaration.attribute("identifier") == Some(identifier))
            .ok_or("nothing declares which answer is right")?;
        let entries = || {
            declaration
                .first("mapping")
                .into_iter()
                .flat_map(|mapping| mapping.all("mapEntry"))
        };
        let correct: Vec<String> = declaration
            .first("correctResponse")
            .into_iter()
            .flat_map(|correct| correct.all("value"))
            .map(Element::text)
            .map(|value| value.trim().to_owned())
            .collect();
        let points: Vec<(String, f64)> = entries()
            .filter_map(|entry| {
                let points = entry.attribute("mappedValue")?.trim().parse().ok()?;
                Some((entry.attribute("mapKey")?.trim().to_owned(), points))
            })
            .collect();
        few(correct.len().max(points.len()))?;
        Ok(Self {
            identifier: identifier.to_owned(),
            is_single: declaration.attribute("cardinality") == Some("single"),
            is_number: matches!(declaration.attribute("baseType"), Some("integer" | "float")),
            correct,
            points,
            minds_case: entries().any(|entry| entry.is_true("caseSensitive")),
        })
    }

    /// The right answers: those that are said to be, else those that bring points; of which only one can be given,
    /// those that bring the most.
    pub fn right(&self) -> Result<Vec<&str>, String> {
        let right: Vec<&str> = if !self.correct.is_empty() {
            self.correct.iter().map(String::as_str).collect()
        } else {
            let best = self.best();
            self.points
                .iter()
                .filter(|(_, points)| *points > 0.0 && (!self.is_single || *points >= best))
                .map(|(key, _)| key.as_str())
                .collect()
        };
        match right.is_empty() {
            true => Err("nothing declares which answer is right".to_owned()),
            false => Ok(right),
        }
    }

    /// Answers that bring points, but fewer than the best.
    pub fn partly_right(&self) -> impl Iterator<Item = &str> {
        let best = self.best();
        self.points
            .iter()
            .filter(move |(key, points)| {
                *points > 0.0 && *points < best && !self.correct.contains(key)
            })
            .map(|(key, _)| key.as_str())
    }

    /// All answers that are as good as the best.
    pub fn equally_right(&self) -> impl Iterator<Item = &str> {
        let best = self.best();
        self.points
            .iter()
            .filter(move |(_, points)| *points > 0.0 && *points >= best)
            .map(|(key, _)| key.as_str())
    }

    fn best(&self) -> f64 {
        self.points
            .iter()
            .map(|(_, points)| *points)
            .fold(0.0, f64::max)
    }
}
