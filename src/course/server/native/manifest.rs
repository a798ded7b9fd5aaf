//! Reads `course.toml`: everything about the course that is not in a module.

use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::fields::Fields;
use super::media::FileKind;
use super::names::{did_you_mean, is_currency, is_language_tag, is_slug};
use super::prose::Passage;
use super::reading::{Place, Reading};
use super::source::{TomlSource, TomlValue};
use super::{address, limits};
use crate::course::server::draft::{CourseDraft, CourseSettings, Level};

pub const FILE: &str = "course.toml";
pub const DESCRIPTION: &str = "description.md";

pub const LEVELS: &[(&str, Level)] = &[
    ("beginner", Level::Beginner),
    ("intermediate", Level::Intermediate),
    ("advanced", Level::Advanced),
];

/// A module as course.toml lists it. Its topics are in its folder.
#[derive(Debug)]
pub struct ListedModule {
    pub folder: PathBuf,
    pub title: String,
    pub summary: String,
    pub gates: bool,
    pub place: Place,
}

/// Reads the course without its modules and files, and the list of its modules. None if course.toml
/// can't be understood.
pub fn read(reading: &Reading) -> Option<(CourseDraft, Vec<ListedModule>)> {
    let file = PathBuf::from(FILE);
    if !reading.folder.has_file(&file) {
        reading.report.add(
            &file,
            None,
            "a course needs a course.toml at the top of its folder",
        );
        return None;
    }
    let source = TomlSource::open(reading, file)?;
    let table = source.parse()?;
    let mut fields = Fields::new(&source, FILE, &table);
    if fields.flag("exported", false) {
        reading.mark_export();
    }
    let (price_cents, currency) = price(&mut fields);
    let draft = CourseDraft {
        slug: fields
            .require("slug")
            .map(|value| value.slug(limits::KEY))
            .unwrap_or_default(),
        former_slug: None,
        title: fields.required_line("title", limits::TITLE),
        summary: fields.required_line("summary", limits::SUMMARY),
        description: description(reading),
        language: fields.require("language").map(language).unwrap_or_default(),
        level: fields
            .required_choice("level", LEVELS)
            .unwrap_or(Level::Beginner),
        tags: tags(&mut fields),
        authors: fields.lines("authors", limits::AUTHORS, limits::AUTHOR),
        outcomes: fields.lines("outcomes", limits::OUTCOMES, limits::OUTCOME),
        license: fields
            .get_renamed("license", "licence")
            .map(|value| value.line(limits::LICENSE)),
        price_cents,
        currency,
        cohort_only: fields.flag("cohort_only", false),
        settings: settings(&mut fields),
        modules: Vec::new(),
        files: Vec::new(),
        thumbnail: fields.get("thumbnail").map(thumbnail),
        is_export: reading.is_export(),
    };
    let modules = modules(&mut fields);
    fields.finish();
    Some((draft, modules))
}

/// Reads a BCP 47 tag.
pub fn language(value: TomlValue<'_>) -> String {
    let tag = value.line(limits::KEY);
    if !is_language_tag(&tag) {
        value.complain(format!(
            "'{}' must be a language tag such as \"en\" or \"pt-BR\"",
            value.name
        ));
    }
    tag
}

fn description(reading: &Reading) -> String {
    let file = Path::new(DESCRIPTION);
    if !reading.folder.has_file(file) {
        reading.report.add(
            file,
            None,
            "the course page's text is missing: write it into description.md",
        );
        return String::new();
    }
    let Some(text) = reading.read_text(file) else {
        return String::new();
    };
    let passage = Passage {
        reading,
        file,
        first_line: 1,
        last_line: usize::MAX,
        text: &text,
    };
    let prose = passage.read(DESCRIPTION, limits::DESCRIPTION);
    prose.refuse_what_needs_a_topic(reading);
    prose.text
}

fn tags(fields: &mut Fields<'_>) -> Vec<String> {
    let values = fields.list("tags", limits::TAGS);
    let mut tags: Vec<String> = Vec::new();
    for value in values {
        let tag = value.line(limits::TAG);
        if !tag.is_empty() && !is_slug(&tag) {
            value.complain(format!(
                "the tag \"{tag}\" may have only lowercase letters, digits and hyphens"
            ));
        } else if tags.contains(&tag) {
            value.complain(format!("the tag \"{tag}\" is there twice"));
        }
        tags.push(tag);
    }
    tags
}

fn price(fields: &mut Fields<'_>) -> (i32, String) {
    let price = fields.get("price");
    let cents = price.map_or(0, price_cents);
    let currency = fields.get("currency").map(|value| {
        let code = value.line(limits::KEY);
        if !is_currency(&code) {
            value.complain(format!(
                "'currency' is \"{code}\", but must be a code of ISO 4217 such as \"EUR\""
            ));
        }
        code
    });
    if let Some(price) = price.filter(|_| cents > 0 && currency.is_none()) {
        price.complain("a price needs its 'currency'");
    }
    (cents, currency.unwrap_or_else(|| "EUR".to_owned()))
}

fn price_cents(value: TomlValue<'_>) -> i32 {
    let cents = match value.raw() {
        DeValue::Integer(number) if number.radix() == 10 => cents(number.as_str()),
        DeValue::Float(number) => cents(number.as_str()),
        _ => {
            value.expect("a number such as 49 or 49.90");
            return 0;
        }
    };
    cents.unwrap_or_else(|| {
        let most = limits::PRICE_CENTS / 100;
        value.complain(format!(
            "'price' must be from 0 to {most}, with at most two decimals"
        ));
        0
    })
}

/// Parses a price in decimal notation to cents. Works on text, because floating-point numbers would
/// round money.
pub fn cents(written: &str) -> Option<i32> {
    let written = written.strip_prefix('+').unwrap_or(written);
    let (whole, decimals) = written.split_once('.').unwrap_or((written, ""));
    if decimals.len() > 2 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals: u32 = format!("{decimals:0<2}").parse().ok()?;
    let cents = i64::from(whole) * 100 + i64::from(decimals);
    i32::try_from(cents)
        .ok()
        .filter(|_| cents <= limits::PRICE_CENTS)
}

fn thumbnail(value: TomlValue<'_>) -> String {
    let file = address::file(value, FileKind::Picture);
    file.strip_prefix("file:").unwrap_or_default().to_owned()
}

fn settings(fields: &mut Fields<'_>) -> CourseSettings {
    let mut settings = CourseSettings::PACED;
    let Some(mut fields) = fields
        .get("settings")
        .and_then(|value| Fields::of(value, "[settings]"))
    else {
        return settings;
    };
    settings.gated = fields.flag("gated", settings.gated);
    if let Some(days) = fields.integer("cooldown_days", 0..=365) {
        settings.cooldown_days = days;
    }
    if let Some(percent) = fields.integer("passing_score_percent", 1..=100) {
        settings.passing_score_percent = percent;
    }
    if let Some(count) = fields.integer("questions_per_attempt", 1..=20) {
        settings.questions_per_attempt = count;
    }
    settings.seconds_per_question =
        seconds_per_question(&mut fields, settings.seconds_per_question);
    if let Some(attempts) = fields.integer("attempts_allowed", 1..=100) {
        settings.attempts_allowed = Some(attempts);
    }
    if let Some(minutes) = fields.integer("retry_wait_minutes", 0..=43_200) {
        settings.retry_wait_minutes = minutes;
    }
    settings.partial_credit = fields.flag("partial_credit", settings.partial_credit);
    fields.finish();
    settings
}

fn seconds_per_question(fields: &mut Fields<'_>, default: Option<i32>) -> Option<i32> {
    let Some(value) = fields.get("seconds_per_question").map(|value| value.raw()) else {
        return default;
    };
    let is_zero = value
        .as_integer()
        .is_some_and(|number| number.as_str() == "0");
    if is_zero {
        return None;
    }
    if value.is_str() {
        fields.choice("seconds_per_question", &[("untimed", ())]);
        return None;
    }
    fields.integer("seconds_per_question", 5..=3600).or(default)
}

fn modules(fields: &mut Fields<'_>) -> Vec<ListedModule> {
    let tables = fields.tables("module", "a module", limits::MODULES);
    if tables.is_empty() && !fields.source.reading.is_export() {
        fields.complain("a course needs at least one [[module]]");
    }
    let mut modules: Vec<ListedModule> = Vec::new();
    for table in tables {
        if let Some(entry) = module(table, &modules) {
            modules.push(entry);
        }
    }
    modules
}

fn module(mut fields: Fields<'_>, before: &[ListedModule]) -> Option<ListedModule> {
    let folder = fields.require("folder");
    let entry = ListedModule {
        folder: folder.map(module_folder).unwrap_or_default(),
        title: fields.required_line("title", limits::TITLE),
        summary: fields.line("summary", limits::SUMMARY).unwrap_or_default(),
        gates: fields.flag("gates", true),
        place: folder.map_or_else(
            || fields.source.place(fields.start()),
            |value| value.place(),
        ),
    };
    fields.finish();
    if entry.folder.as_os_str().is_empty() {
        return None;
    }
    if let Some(first) = before.iter().find(|other| other.folder == entry.folder) {
        let message = format!(
            "the folder '{}' is already that of the module on line {}",
            entry.folder.display(),
            first.place.line
        );
        folder?.complain(message);
        return None;
    }
    Some(entry)
}

/// Returns the folder of a module. Empty if no such folder is beside course.toml.
fn module_folder(value: TomlValue<'_>) -> PathBuf {
    let name = value.line(limits::KEY);
    let folder = &value.source.reading.folder;
    if folder.top_folders().any(|known| known == name) {
        return PathBuf::from(name);
    }
    if !name.is_empty() {
        let guess = did_you_mean(&name, folder.top_folders());
        value.complain(format!(
            "there is no folder '{name}' beside course.toml{guess}"
        ));
    }
    PathBuf::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        assert_eq!(cents("49"), Some(4900));
        assert_eq!(cents("49.9"), Some(4990));
        assert_eq!(cents("0.29"), Some(29));
        assert_eq!(cents("100000"), Some(10_000_000));
        for bad in [
            "-1",
            "-0.5",
            "1.999",
            "100000.01",
            "1e3",
            "nan",
            "inf",
            "99999999999",
        ] {
            assert_eq!(cents(bad), None, "{bad}");
        }
    }
}
