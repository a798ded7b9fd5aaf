//! Renders the outline beside a topic. It has a line for each topic of the course, which the
//! browser only shows. So it is sent as HTML, without data for the browser and without a view that
//! would attach to every line.

use crate::course::duration;
use crate::enrollment::{OutlineEntry, OutlineModule, OutlineQuiz, OutlineTopic, TopicState};
use crate::paths::{cohort_home_path, quiz_path, topic_path};
use crate::platform::markdown::escape;
use crate::platform::ui::{Html, Language};
use crate::player::TopicHead;

/// Bytes of a line, roughly.
const LINE: usize = 260;

/// Renders the modules of a course, with the module of the topic `here` open.
pub fn outline(
    modules: &[OutlineModule],
    course: &str,
    here: &TopicHead,
    language: &Language,
) -> Html {
    let lines: usize = modules.iter().map(|module| module.topics.len() + 3).sum();
    let mut writer = OutlineWriter {
        html: String::with_capacity(lines * LINE),
        course,
        here: &here.slug,
        bdi: format!(
            "<bdi lang=\"{}\" dir=\"{}\">",
            escape(&language.tag()),
            language.dir()
        ),
    };
    for module in modules.iter().filter(|module| !module.topics.is_empty()) {
        writer.module(module, module.number == here.module_no);
    }
    Html(writer.html)
}

/// Renders the title and the tagline of the project of the learner's batch, with a link to the
/// whole brief.
pub fn project(course: &str, title: &str, tagline: &str) -> String {
    let home = escape(&cohort_home_path(course));
    let (title, tagline) = (escape(title), escape(tagline));
    let tagline = match tagline.is_empty() {
        true => String::new(),
        false => format!(" <small>{tagline}</small>"),
    };
    format!(
        "<p class=\"outline-project\"><a href=\"{home}#ly-project\">Project: {title}</a>{tagline}</p>"
    )
}

struct OutlineWriter<'a> {
    html: String,
    course: &'a str,
    here: &'a str,
    /// Tag that opens a text in the course's language.
    bdi: String,
}

impl OutlineWriter<'_> {
    fn add(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.html.push_str(piece);
        }
    }

    /// Adds a text of the course.
    fn title(&mut self, title: &str) {
        let title = escape(title);
        self.html.push_str(&self.bdi);
        self.add(&[&title, "</bdi>"]);
    }

    fn module(&mut self, module: &OutlineModule, is_open: bool) {
        let open = if is_open { " open" } else { "" };
        let number = module.number.to_string();
        let done = format!("{} of {}", module.done(), module.topics.len());
        self.add(&["<details class=\"mod\"", open, "><summary><span>", &number]);
        self.html.push_str(" · ");
        self.title(&module.title);
        self.add(&[
            "</span><span class=\"num\">",
            &done,
            "</span></summary><ol>",
        ]);
        for entry in module.entries() {
            match entry {
                OutlineEntry::Topic(topic) => self.topic(topic),
                OutlineEntry::Quiz(quiz) => self.quiz(quiz),
            }
        }
        self.html.push_str("</ol></details>");
    }

    fn topic(&mut self, topic: &OutlineTopic) {
        if let Some(lock) = &topic.lock {
            return self.locked("lock", lock, |line| line.title(&topic.title));
        }
        let is_current = topic.slug == self.here;
        let state = match (is_current, topic.state) {
            (true, TopicState::New) => TopicState::Begun,
            (_, state) => state,
        };
        let href = escape(&topic_path(self.course, &topic.slug));
        let current = if is_current {
            " aria-current=\"page\""
        } else {
            ""
        };
        self.add(&["<li class=\"", state.class(), "\"><a href=\"", &href, "\""]);
        self.add(&[current, "><span class=\"g\"></span><span>"]);
        self.title(&topic.title);
        self.hidden(state.words());
        let minutes = duration(topic.minutes);
        self.add(&[
            "</span><small class=\"num\">",
            &minutes,
            "</small></a></li>",
        ]);
    }

    fn quiz(&mut self, quiz: &OutlineQuiz) {
        let title = format!("Quiz {}", quiz.number);
        if let Some(lock) = &quiz.lock {
            return self.locked("quiz lock", lock, |line| line.html.push_str(&title));
        }
        let (class, words) = match quiz.state {
            TopicState::Done => ("quiz done", ", passed"),
            TopicState::Begun => ("quiz half", ", started"),
            TopicState::New => ("quiz", ""),
        };
        let href = escape(&quiz_path(self.course, quiz.number));
        self.add(&["<li class=\"", class, "\"><a href=\"", &href]);
        self.add(&["\"><span class=\"g\"></span><span>", &title]);
        self.hidden(words);
        self.html.push_str("</span></a></li>");
    }

    /// Adds a locked entry with the reason for the lock.
    fn locked(&mut self, class: &str, lock: &str, title: impl FnOnce(&mut Self)) {
        self.add(&["<li class=\"", class, "\"><span class=\"outline-locked\">"]);
        self.html.push_str("<span class=\"g\"></span><span>");
        title(self);
        self.hidden(", locked");
        self.add(&["</span><small>", &escape(lock), "</small></span></li>"]);
    }

    /// Adds words for screen readers.
    fn hidden(&mut self, words: &str) {
        if !words.is_empty() {
            self.add(&[" <span class=\"vh\">", words, "</span>"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ids::{QuizNumber, TopicId};

    #[test]
    fn a_project_is_escaped_and_its_tagline_may_be_empty() {
        assert_eq!(
            project("c", "A & B", ""),
            "<p class=\"outline-project\"><a href=\"/learn/c/cohort#ly-project\">Project: A &amp; B</a></p>"
        );
        assert!(project("c", "A", "<b>").contains("</a> <small>&lt;b&gt;</small></p>"));
    }

    fn topic(slug: &str, title: &str, lock: Option<&str>) -> OutlineTopic {
        OutlineTopic {
            slug: slug.to_owned(),
            title: title.to_owned(),
            number: 1,
            minutes: 5,
            state: TopicState::New,
            lock: lock.map(str::to_owned),
        }
    }

    #[test]
    fn each_line_says_its_state_and_titles_are_escaped() {
        let module = OutlineModule {
            number: 1,
            title: "A & B".to_owned(),
            topics: vec![
                topic("here", "<script>", None),
                topic("later", "Later", Some("after quiz 1.1")),
            ],
            quizzes: vec![OutlineQuiz {
                number: QuizNumber::new(1, 1),
                after: 2,
                state: TopicState::Begun,
                lock: None,
            }],
        };
        let here = TopicHead {
            topic_id: TopicId(uuid::Uuid::nil()),
            slug: "here".to_owned(),
            title: String::new(),
            module_no: 1,
            topic_number: 1,
            minutes: 5,
        };
        let Html(html) = outline(&[module], "c", &here, &Language::new("en"));
        assert_eq!(
            html,
            "<details class=\"mod\" open><summary><span>1 · <bdi lang=\"en\" dir=\"ltr\">A &amp; B</bdi></span>\
             <span class=\"num\">0 of 2</span></summary><ol>\
             <li class=\"half\"><a href=\"/learn/c/here\" aria-current=\"page\"><span class=\"g\"></span>\
             <span><bdi lang=\"en\" dir=\"ltr\">&lt;script&gt;</bdi> <span class=\"vh\">, started</span></span>\
             <small class=\"num\">5 min</small></a></li>\
             <li class=\"lock\"><span class=\"outline-locked\"><span class=\"g\"></span>\
             <span><bdi lang=\"en\" dir=\"ltr\">Later</bdi> <span class=\"vh\">, locked</span></span>\
             <small>after quiz 1.1</small></span></li>\
             <li class=\"quiz half\"><a href=\"/learn/c/quiz/1/1\"><span class=\"g\"></span>\
             <span>Quiz 1.1 <span class=\"vh\">, started</span></span></a></li>\
             </ol></details>"
        );
    }
}
