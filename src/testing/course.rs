//! Builds a course, imports it, and imports it again after changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Question;
use crate::course::server::draft::CourseDraft;
use crate::import;
use crate::import::ImportSummary;
use crate::testing::site::TestSite;

/// A course of the native format. Calls about a topic are about the one that was added last, or
/// that `at` names.
#[derive(Clone)]
pub struct CourseBuilder {
    slug: String,
    title: String,
    summary: String,
    language: String,
    authors: Vec<String>,
    price: Option<(u32, String)>,
    is_published: bool,
    has_quizzes: bool,
    settings: BTreeMap<String, String>,
    modules: Vec<Module>,
    /// Module and topic that the calls are about.
    here: (usize, usize),
}

#[derive(Clone)]
struct Module {
    folder: String,
    title: String,
    gates: bool,
    topics: Vec<Topic>,
}

#[derive(Clone)]
struct Topic {
    slug: String,
    title: String,
    video: Option<String>,
    text: String,
    questions: Vec<Question>,
    exercises: Vec<String>,
    cold_calls: Vec<String>,
    /// Other files of the topic: the ending of the name, and the text.
    others: Vec<(String, String)>,
}

/// Names of the modules' folders, in the order in which modules are added.
const FOLDERS: [&str; 4] = ["one", "two", "three", "four"];

impl CourseBuilder {
    /// A free, published course in English, without gates and modules. Its title is the slug.
    pub fn new(slug: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            title: slug.to_owned(),
            summary: "Little to say.".to_owned(),
            language: "en".to_owned(),
            authors: Vec::new(),
            price: None,
            is_published: true,
            has_quizzes: true,
            settings: BTreeMap::from([("gated".to_owned(), "false".to_owned())]),
            modules: Vec::new(),
            here: (0, 0),
        }
    }

    pub fn title(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    pub fn summary(mut self, summary: &str) -> Self {
        self.summary = summary.to_owned();
        self
    }

    pub fn language(mut self, language: &str) -> Self {
        self.language = language.to_owned();
        self
    }

    pub fn authors(mut self, authors: &[&str]) -> Self {
        self.authors = authors.iter().map(|&author| author.to_owned()).collect();
        self
    }

    /// Sets a price in whole units of the currency.
    pub fn price(mut self, price: u32, currency: &str) -> Self {
        self.price = Some((price, currency.to_owned()));
        self
    }

    pub fn unpublished(mut self) -> Self {
        self.is_published = false;
        self
    }

    /// Takes the questions out of the quizzes. Practice and exams still ask them.
    pub fn without_quizzes(mut self) -> Self {
        self.has_quizzes = false;
        self
    }

    /// Opens each part after the quiz before it, and modules at least this many days apart.
    pub fn gated(mut self, cooldown_days: u32) -> Self {
        self.settings.insert("gated".to_owned(), "true".to_owned());
        self.setting("cooldown_days", cooldown_days)
    }

    /// Sets a key of `[settings]` in `course.toml`.
    pub fn setting(mut self, name: &str, value: u32) -> Self {
        self.settings.insert(name.to_owned(), value.to_string());
        self
    }

    pub fn module(mut self, title: &str) -> Self {
        self.modules.push(Module {
            folder: FOLDERS[self.modules.len()].to_owned(),
            title: title.to_owned(),
            gates: true,
            topics: Vec::new(),
        });
        self
    }

    /// Keeps the last module open whatever was passed before it.
    pub fn never_locked(mut self) -> Self {
        self.modules.last_mut().expect("a module").gates = false;
        self
    }

    /// Puts the modules into the opposite order.
    pub fn reversed(mut self) -> Self {
        self.modules.reverse();
        self.here.0 = self.modules.len() - 1 - self.here.0;
        self
    }

    /// Adds a topic whose title is its slug.
    pub fn topic(mut self, slug: &str) -> Self {
        let last = self.modules.len() - 1;
        let topics = &mut self.modules[last].topics;
        self.here = (last, topics.len());
        topics.push(Topic {
            slug: slug.to_owned(),
            title: slug.to_owned(),
            video: None,
            text: "Hello.".to_owned(),
            questions: Vec::new(),
            exercises: Vec::new(),
            cold_calls: Vec::new(),
            others: Vec::new(),
        });
        self
    }

    pub fn topic_title(mut self, title: &str) -> Self {
        self.here().title = title.to_owned();
        self
    }

    pub fn video(mut self, address: &str) -> Self {
        self.here().video = Some(address.to_owned());
        self
    }

    /// Sets the Markdown of the topic.
    pub fn text(mut self, text: &str) -> Self {
        self.here().text = text.to_owned();
        self
    }

    /// Tells the topic for another study persona.
    pub fn narration(mut self, persona: &str, text: &str) -> Self {
        let file = (format!("{persona}.md"), format!("{text}\n"));
        self.here().others.push(file);
        self
    }

    pub fn question(self, question: Question) -> Self {
        self.questions([question])
    }

    pub fn questions(mut self, questions: impl IntoIterator<Item = Question>) -> Self {
        self.here().questions.extend(questions);
        self
    }

    /// Shows the topic's questions in its text as well.
    pub fn with_practice(mut self) -> Self {
        let topic = self.here();
        for question in &topic.questions {
            let mark = format!("\n\n{{{{question {}}}}}", question.key());
            topic.text.push_str(&mark);
        }
        self
    }

    /// Adds an exercise with these lines in its rubric.
    pub fn exercise(mut self, key: &str, title: &str, rubric: &[&str]) -> Self {
        self.here().exercises.push(format!(
            "[[simulation]]\nkey = {key:?}\ntitle = {title:?}\ndifficulty = \"intermediate\"\n\
             brief = \"Find out **which** average.\"\nrubric = {rubric:?}\n"
        ));
        self
    }

    /// Adds a prompt of a cold call.
    pub fn cold_call(mut self, prompt: &str) -> Self {
        let call = format!("[[cold_call]]\nprompt = {prompt:?}\n");
        self.here().cold_calls.push(call);
        self
    }

    /// Adds a suggested question with its answer, and one that follows it.
    pub fn suggestion(mut self, prompt: &str, answer: &str, follow_up: &str) -> Self {
        let suggestion = format!(
            "[[suggestion]]\nprompt = {prompt:?}\nanswer = {answer:?}\n\
             [[suggestion.follow_up]]\nprompt = {follow_up:?}\n"
        );
        self.here().cold_calls.push(suggestion);
        self
    }

    /// Adds a prompt with a key, which keeps it the same one when its text changes.
    pub fn keyed_cold_call(mut self, key: &str, prompt: &str) -> Self {
        let call = format!("[[cold_call]]\nkey = {key:?}\nprompt = {prompt:?}\n");
        self.here().cold_calls.push(call);
        self
    }

    /// Chooses the topic that the next calls are about.
    pub fn at(mut self, slug: &str) -> Self {
        let modules = self.modules.iter().enumerate();
        let topic = |module: &Module| module.topics.iter().position(|topic| topic.slug == slug);
        let mut found = modules.filter_map(|(at, module)| Some((at, topic(module)?)));
        self.here = found.next().expect("a topic of this slug");
        self
    }

    fn here(&mut self) -> &mut Topic {
        let (module, topic) = self.here;
        &mut self.modules[module].topics[topic]
    }

    /// Writes the course into a new folder.
    pub fn folder(&self) -> CourseFolder {
        let folder = CourseFolder::of(&[("description.md", "Little to say.\n")]);
        folder.write("course.toml", &self.manifest());
        for module in &self.modules {
            for (topic, number) in module.topics.iter().zip(1..) {
                let name = format!("{}/{number:02}-{}", module.folder, topic.slug);
                folder.write(&format!("{name}.md"), &topic.page());
                for (ending, text) in topic.files() {
                    folder.write(&format!("{name}.{ending}"), &text);
                }
            }
        }
        folder
    }

    /// Imports the course, or changes the course of this slug.
    pub async fn import(&self, site: &TestSite) -> ImportSummary {
        let report = self.folder().import(site).await;
        let course = format!("where slug = '{}'", self.slug);
        if !self.is_published {
            let hide = format!("update courses set is_published = false {course}");
            site.test.sql(&hide).await;
        }
        if !self.has_quizzes {
            let of_course = format!("(select course_id from courses {course})");
            site.test
                .sql(&format!(
                    "update quiz_questions set topic_pair_index = null where course_id = {of_course}"
                ))
                .await;
        }
        report
    }

    fn manifest(&self) -> String {
        let price = self
            .price
            .as_ref()
            .map_or_else(String::new, |(price, currency)| {
                format!("price = {price}\ncurrency = {currency:?}\n")
            });
        let settings: String = (self.settings.iter())
            .map(|(name, value)| format!("{name} = {value}\n"))
            .collect();
        let modules: String = (self.modules.iter())
            .map(|module| {
                format!(
                    "\n[[module]]\ntitle = {:?}\nfolder = {:?}\ngates = {}\n",
                    module.title, module.folder, module.gates
                )
            })
            .collect();
        format!(
            "slug = {:?}\ntitle = {:?}\nsummary = {:?}\nlanguage = {:?}\nlevel = \"beginner\"\nauthors = {:?}\n{price}\n\
             [settings]\n{settings}{modules}",
            self.slug, self.title, self.summary, self.language, self.authors,
        )
    }
}

impl Topic {
    fn page(&self) -> String {
        let video = self.video.as_ref();
        let video = video.map_or_else(String::new, |video| format!("video = {video:?}\n"));
        format!(
            "+++\ntitle = {:?}\n{video}+++\n\n{}\n",
            self.title, self.text
        )
    }

    /// The files beside the topic.
    fn files(&self) -> Vec<(String, String)> {
        let questions: Vec<String> = self.questions.iter().map(Question::to_toml).collect();
        let mut files = self.others.clone();
        for (ending, parts) in [
            ("quiz.toml", questions),
            ("simulations.toml", self.exercises.clone()),
            ("prompts.toml", self.cold_calls.clone()),
        ] {
            if !parts.is_empty() {
                files.push((ending.to_owned(), parts.join("\n")));
            }
        }
        files
    }
}

/// A course in a temporary folder, which a test may change and import again.
pub struct CourseFolder(tempfile::TempDir);

impl CourseFolder {
    /// A folder with these files: path and text.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.path().join(name)).unwrap();
    }

    /// Reads the course and panics with all errors if there are any.
    pub fn read(&self) -> CourseDraft {
        let read = import::read(self.path(), false);
        read.unwrap_or_else(|errors| panic!("{errors:#?}")).0
    }

    pub async fn import(&self, site: &TestSite) -> ImportSummary {
        import_draft(site, self.read()).await
    }
}

/// Imports a course that was read from files.
pub async fn import_draft(site: &TestSite, draft: CourseDraft) -> ImportSummary {
    let (db, files) = (&site.state.db, &site.state.files);
    let imported = import::import(db, files, site.test.organization, draft);
    imported.await.unwrap()
}

/// Returns the path of test data beside the checkout. None if it is missing, which fails in CI.
pub fn shared(name: &str) -> Option<PathBuf> {
    use std::io::Write;
    let root = std::env::var_os("LYCEUM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{} is missing",
        path.display()
    );
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {name} is not beside this checkout, so no real book was imported"
    );
    None
}
