//! Builds a question of any type.

/// A question of a course, as its `.quiz.toml` writes it.
#[derive(Clone)]
pub struct Question {
    key: String,
    lines: Vec<String>,
}

impl Question {
    /// A single choice with one right option.
    pub fn choice(key: &str, prompt: &str, right: &str, wrong: &[&str]) -> Self {
        Self::of_type("choice", key, prompt).with_options(&[right], wrong)
    }

    /// A multiple choice. Its right options come first.
    pub fn several(key: &str, prompt: &str, right: &[&str], wrong: &[&str]) -> Self {
        Self::of_type("several", key, prompt).with_options(right, wrong)
    }

    pub fn short_answer(key: &str, prompt: &str, answers: &[&str]) -> Self {
        Self::of_type("short-answer", key, prompt).with(format!("answers = {answers:?}"))
    }

    /// A program in Python that compiles and prints this.
    pub fn tracing(key: &str, prompt: &str, program: &str, prints: &str) -> Self {
        Self::of_type("tracing", key, prompt)
            .with("language = \"python\"".to_owned())
            .with(format!("program = {program:?}"))
            .with(format!("prints = {prints:?}"))
    }

    /// Items in their right order.
    pub fn ordering(key: &str, prompt: &str, items: &[&str]) -> Self {
        Self::of_type("ordering", key, prompt).with(format!("items = {items:?}"))
    }

    pub fn matching(key: &str, prompt: &str, pairs: &[[&str; 2]]) -> Self {
        Self::of_type("matching", key, prompt).with(format!("pairs = {pairs:?}"))
    }

    pub fn explained(self, explanation: &str) -> Self {
        self.with(format!("explanation = {explanation:?}"))
    }

    /// Sets "quiz", "exam" or "both".
    pub fn purpose(self, purpose: &str) -> Self {
        self.with(format!("purpose = {purpose:?}"))
    }

    /// Sets the author's estimate from 0.0, very easy, to 1.0.
    pub fn difficulty(self, difficulty: f64) -> Self {
        self.with(format!("difficulty = {difficulty:?}"))
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn to_toml(&self) -> String {
        format!("[[question]]\n{}\n", self.lines.join("\n"))
    }

    fn of_type(kind: &str, key: &str, prompt: &str) -> Self {
        Self {
            key: key.to_owned(),
            lines: vec![
                format!("key = {key:?}"),
                format!("type = {kind:?}"),
                format!("prompt = {prompt:?}"),
            ],
        }
    }

    fn with_options(self, right: &[&str], wrong: &[&str]) -> Self {
        let right = (right.iter()).map(|text| format!("{{ text = {text:?}, correct = true }}"));
        let wrong = wrong.iter().map(|text| format!("{{ text = {text:?} }}"));
        let options: Vec<String> = right.chain(wrong).collect();
        self.with(format!("options = [{}]", options.join(", ")))
    }

    fn with(mut self, line: String) -> Self {
        self.lines.push(line);
        self
    }
}
