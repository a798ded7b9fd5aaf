//! Tests of exports: written, imported anywhere and written again they are the same, and over their
//! own course they change nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::course::QuestionPurpose;
use crate::course::server::draft::{CourseDraft, QuestionDraft};
use crate::import::export::ExportedCourse;
use crate::import::{self, ImportSummary, export};
use crate::platform::db::schema::courses;
use crate::platform::ids::CourseId;
use crate::testing::site::TestSite;
use crate::testing::{
    CourseBuilder, CourseFolder, Question, import_draft, pelican_course, shared, topic_id, tutor,
};

/// Loads the only course of the site.
async fn loaded(site: &TestSite) -> ExportedCourse {
    let load = site.state.db.within(site.test.organization, async |conn| {
        let course: CourseId = courses::table
            .select(courses::course_id)
            .first(conn)
            .await?;
        export::load(conn, course).await
    });
    load.await.unwrap()
}

/// Exports the only course of the site into a folder.
async fn exported(site: &TestSite) -> CourseFolder {
    let folder = CourseFolder::of(&[]);
    let exported = loaded(site).await;
    assert_eq!(exported.left_out, [] as [String; 0]);
    exported
        .write_to(&site.state.files, folder.path())
        .await
        .unwrap();
    folder
}

/// The content of every file below a folder, also of hidden ones.
fn content(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let bytes = std::fs::read(&path).unwrap();
                    let name = path.strip_prefix(folder).unwrap().to_path_buf();
                    all.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
    }
    all
}

fn assert_same(first: &CourseFolder, second: &CourseFolder) {
    let (first, second) = (content(first.path()), content(second.path()));
    for (name, text) in &first {
        assert_eq!(Some(text), second.get(name), "{}", name.display());
    }
    assert_eq!(first.len(), second.len());
}

fn assert_unchanged(report: &ImportSummary) {
    for changes in [
        &report.topics,
        &report.questions,
        &report.exercises,
        &report.cold_calls,
    ] {
        let lists = [
            &changes.added,
            &changes.updated,
            &changes.retired,
            &changes.kept,
        ];
        assert!(lists.iter().all(|list| list.is_empty()), "{report:?}");
    }
}

/// All that the database says of the course, apart from times.
async fn stored(site: &TestSite) -> String {
    let mut all = String::new();
    for (table, left_out) in [
        ("courses", "'updated_at'"),
        ("course_modules", "'updated_at'"),
        ("topics", "'updated_at'"),
        ("quiz_questions", "'updated_at'"),
        ("cold_call_prompts", "'updated_at'"),
        ("simulation_exercises", "'updated_at'"),
        ("topic_prompt_suggestions", "'updated_at'"),
        ("course_files", "''"),
        ("course_quiz_settings", "'updated_at'"),
    ] {
        let sql = format!(
            "select coalesce(string_agg(line, e'\\n' order by line), '')
             from (select (to_jsonb(r) - {left_out})::text as line from {table} r) lines"
        );
        all.push_str(&site.test.text(&sql).await);
        all.push('\n');
    }
    all
}

/// Exports, imports over the same course and into another database, and exports there.
async fn goes_round(site: &TestSite) -> CourseFolder {
    let first = exported(site).await;
    let before = stored(site).await;
    assert_unchanged(&first.import(site).await);
    assert_eq!(stored(site).await, before);
    assert_same(&first, &exported(site).await);
    let elsewhere = TestSite::new().await;
    first.import(&elsewhere).await;
    let second = exported(&elsewhere).await;
    assert_same(&first, &second);
    assert_unchanged(&second.import(&elsewhere).await);
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_course_is_the_same_after_export_and_import() {
    let site = TestSite::new().await;
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/how-to-trust-a-number");
    let draft = import::read(&content, false).unwrap().0;
    import_draft(&site, draft.clone()).await;
    let folder = goes_round(&site).await;
    let mut read = folder.read();
    assert!(read.is_export);
    read.is_export = false;
    let place = |draft: &mut CourseDraft| {
        draft
            .files
            .iter_mut()
            .for_each(|file| file.path = PathBuf::new());
        let topics = draft
            .modules
            .iter_mut()
            .flat_map(|module| &mut module.topics);
        topics.for_each(|topic| {
            // Those of exams are counted apart, and come after the others in an export.
            let of_exams = |question: &QuestionDraft| question.purpose == QuestionPurpose::Exam;
            topic.questions.sort_by_key(of_exams);
            topic
                .assets
                .sort_by_key(|asset| (asset.content_key.clone(), asset.persona))
        });
    };
    let mut draft = draft;
    place(&mut draft);
    place(&mut read);
    assert_eq!(read, draft);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_book_is_the_same_after_export_and_import() {
    let Some(book) = shared("courses/rust-book") else {
        return;
    };
    let site = TestSite::new().await;
    let (draft, _) = import::read(&book, true).unwrap();
    import_draft(&site, draft).await;
    goes_round(&site).await;
}

fn small() -> CourseBuilder {
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.question(Question::short_answer("qa", "Q", &["x"]));
    let course = course.cold_call("Imported?").with_practice();
    let course = course.topic("b");
    let course = course.question(Question::short_answer("qb", "Q of b", &["x"]));
    course.module("Two").topic("c")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_all_that_was_written_on_the_site() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    for (module, title) in [("1", "New one"), ("0", "Empty module")] {
        let fields = [("course", "small"), ("module", module), ("title", title)];
        meera
            .post("authoring/api/add_part", &fields)
            .await
            .assert_ok();
    }
    let b = topic_id(&site, "b").await;
    let which = format!("unpublish-t{b}");
    let fields = [("course", "small"), ("which", which.as_str())];
    meera
        .post("authoring/api/change_outline", &fields)
        .await
        .assert_ok();
    site.test
        .sql(
            "insert into quiz_questions (organization_id, course_id, topic_id, module_no, question_type, prompt, prompt_html, payload, purpose, order_index)
             select organization_id, course_id, topic_id, 1, question_type, 'Written here', '', payload, 'exam', 7 from quiz_questions where external_key = 'qa';
             insert into cold_call_prompts (organization_id, course_id, topic_id, prompt, display_order, visibility)
             select organization_id, course_id, topic_id, 'Asked here', 2, 'tutors_only' from topics where slug = 'a';
             insert into course_quiz_settings (organization_id, course_id, attempts_allowed, retry_wait_minutes, partial_credit, edited_at)
             select organization_id, course_id, 3, 10, true, now() from courses;
             update courses set question_count = question_count + 1",
        )
        .await;
    let folder = goes_round(&site).await;
    let files = content(folder.path());
    let text = |name: &str| files[Path::new(name)].as_str();
    assert!(
        text("01-one/01-a.md").contains("\n{{question qa}}\n"),
        "{files:?}"
    );
    assert!(text("01-one/02-b.md").contains("draft = true\n"));
    assert!(text("01-one/03-new-one.md").contains("title = \"New one\"\ndraft = true\n"));
    assert!(text("01-one/01-a.quiz.toml").contains("prompt = \"Written here\""));
    assert!(text("01-one/01-a.prompts.toml").contains("prompt = \"Asked here\""));
    assert!(text("01-one/01-a.prompts.toml").contains("visibility = \"tutors_only\""));
    let settings = "attempts_allowed = 3\nretry_wait_minutes = 10\npartial_credit = true\n";
    assert!(text("course.toml").contains(settings));
    assert!(files.contains_key(Path::new("03-empty-module/.keep")));
    // No import shows answers to more people than was promised.
    let private = "update cold_call_prompts set visibility = 'tutors_only'";
    site.test.sql(private).await;
    folder.import(&site).await;
    let shown = "select count(*) from cold_call_prompts where visibility <> 'tutors_only'";
    assert_eq!(site.test.count(shown).await, 0);
    // Elsewhere the drafts are drafts.
    let elsewhere = TestSite::new().await;
    folder.import(&elsewhere).await;
    let hidden = "select string_agg(slug, ' ' order by slug) from topics where hidden_as = 'draft'";
    assert_eq!(elsewhere.test.text(hidden).await, "b new-one");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_the_exercises_of_the_site() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.exercise("talk", "The talk", &["Asks."]);
    course
        .exercise("gone", "Gone", &["Asks."])
        .import(&site)
        .await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let a = topic_id(&site, "a").await;
    for (key, title) in [("", "Written here"), ("talk", "Changed here")] {
        let id =
            format!("select exercise_id from simulation_exercises where exercise_key = '{key}'");
        let id = match key {
            "" => String::new(),
            _ => site.test.text(&id).await,
        };
        let mut fields = vec![
            ("course", "small"),
            ("topic", a.as_str()),
            ("form[title]", title),
            ("form[task]", "Look at [this](topic:a)."),
            ("form[expectations]", "One\nTwo"),
        ];
        match id.is_empty() {
            true => fields.extend([
                ("form[handed_in]", "true"),
                ("form[due_at]", "2099-01-01T10:00"),
            ]),
            false => fields.push(("id", &id)),
        }
        meera
            .post("write/api/save_exercise", &fields)
            .await
            .assert_ok();
    }
    let ids =
        "select string_agg(exercise_id::text, ' ' order by exercise_key) from simulation_exercises";
    let ids = site.test.text(ids).await;
    let (gone, written) = (
        ids.split(' ').next().unwrap(),
        ids.split(' ').next_back().unwrap(),
    );
    let up = format!("up-{written}");
    for which in [up.clone(), up, format!("retire-{gone}")] {
        let fields = [("course", "small"), ("which", which.as_str())];
        meera
            .post("write/api/change_exercise", &fields)
            .await
            .assert_ok();
    }
    let folder = goes_round(&site).await;
    let files = content(folder.path());
    let exercises = &files[Path::new("01-one/01-a.simulations.toml")];
    assert!(
        exercises.contains("title = \"Written here\"")
            && exercises.contains("title = \"Changed here\"")
    );
    assert!(!exercises.contains("Gone"));
    let hand_in = "[simulation.hand_in]\ndue = \"2099-01-01T10:00:00Z\"\n";
    assert!(exercises.contains(hand_in), "{exercises}");
    // The folder as it was before the changes overwrites none of them.
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.exercise("talk", "The talk", &["Asks."]);
    let report = course
        .exercise("gone", "Gone", &["Asks."])
        .import(&site)
        .await;
    assert_eq!(report.exercises.kept, ["Changed here"]);
    let used = "select string_agg(title, ', ' order by position, exercise_key) from simulation_exercises where retired_at is null";
    assert_eq!(site.test.text(used).await, "Written here, Changed here");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_keeps_pictures_and_downloads() {
    let site = TestSite::new().await;
    let folder = pelican_course()
        .text("![Sea](picture.svg) and [numbers](../data/n.csv).\n\n```\n![Sea](file:two/picture.svg)\n```")
        .folder();
    folder.write(
        "two/picture.svg",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    folder.write("data/n.csv", "a,b\n");
    folder.import(&site).await;
    let exported = goes_round(&site).await;
    let files = content(exported.path());
    assert_eq!(files[Path::new("data/n.csv")], "a,b\n");
    let (_, text) = files
        .iter()
        .find(|(name, _)| name.ends_with("01-end.md"))
        .unwrap();
    // Code that only looks like a link keeps all links of its topic as they are stored.
    assert!(text.contains("(file:two/picture.svg) and"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_files_is_not_written_over() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let folder = exported(&site).await;
    let before = content(folder.path());
    let loaded = loaded(&site).await;
    let refused = loaded.write_to(&site.state.files, folder.path()).await;
    assert!(refused.unwrap_err().to_string().contains("not empty"));
    assert_eq!(content(folder.path()), before);
    let (first, second) = (
        loaded.zipped(&site.state.files).await.unwrap(),
        loaded.zipped(&site.state.files).await.unwrap(),
    );
    assert!(first.starts_with(b"PK") && first == second);
}
