//! Loads, checks and saves the settings of the site.

use crate::authoring::LANGUAGES;
use crate::people::site::{
    AccentTheme, HEADLINE_CHARACTERS, INTRODUCTION_CHARACTERS, LOGO_UPLOAD, Rgb, SENDER_CHARACTERS,
    SITE_NAME_CHARACTERS, SiteForm, SiteSettingsPage,
};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::Admin;
use crate::platform::auth::normalize_email;
use crate::platform::db::Conn;
use crate::platform::db::organizations;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures::use_at_most;
use crate::platform::http::Cx;
use crate::platform::mail::Mail;
use crate::platform::names;
use crate::platform::settings::{self, NamedValues, SettingValues};
use crate::platform::time;

/// Time zone of a site that has chosen none.
const UTC: &str = "UTC";

pub async fn page(conn: &mut Conn, cx: &Cx) -> AppResult<SiteSettingsPage> {
    let organization = organizations::by_id(conn, cx.organization.organization_id).await?;
    let set = organization.site.settings.clone();
    let flash = cx.flash.as_ref().filter(|flash| flash.form == LOGO_UPLOAD);
    let logo_problem = flash.and_then(|flash| flash.error.as_ref());
    let mut time_zones = vec![UTC.to_owned()];
    time_zones.extend(time::zones());
    if !time_zones.contains(&organization.time_zone) {
        time_zones.push(organization.time_zone.clone());
    }
    let usual = &cx.app.config.mail.from;
    Ok(SiteSettingsPage {
        form: SiteForm {
            name: organization.name,
            time_zone: organization.time_zone,
            language: set.language,
            accent_light: set.accent_light,
            accent_dark: set.accent_dark,
            mail_sender: set.mail_sender,
            mail_reply_to: set.mail_reply_to,
            headline: set.landing_headline,
            introduction: set.landing_introduction,
            mastered_from: set.mastered_from.to_string(),
            gap_below: set.gap_below.to_string(),
        },
        has_logo: set.logo.is_some(),
        time_zones,
        usual_sender: usual.split('<').next().unwrap_or(usual).trim().to_owned(),
        logo_problem: logo_problem.map(ToString::to_string),
    })
}

/// Saves the settings.
///
/// # Errors
///
/// All problems of the form at once. Then nothing is stored.
pub async fn save(conn: &mut Conn, admin: &Admin, form: &SiteForm) -> AppResult<()> {
    let old = settings::load_locked(conn).await?;
    let id = admin.0.cx.organization.organization_id;
    let organization = organizations::by_id(conn, id).await?;
    let checked = checked(form, &organization.time_zone, &old)?;
    let role = admin.0.viewer.role;
    let (mut before, mut after) = settings::save(conn, role, &old, &checked.values).await?;
    for (name, was, now) in [
        ("name", &organization.name, &checked.name),
        ("time_zone", &organization.time_zone, &checked.time_zone),
    ] {
        if was != now {
            before.insert(name.to_owned(), was.as_str().into());
            after.insert(name.to_owned(), now.as_str().into());
        }
    }
    if after.contains_key("name") || after.contains_key("time_zone") {
        organizations::rename(conn, id, &checked.name, &checked.time_zone).await?;
    }
    record(conn, admin, before, after).await
}

/// Writes the change to the audit log, if there is one.
pub async fn record(
    conn: &mut Conn,
    admin: &Admin,
    before: NamedValues,
    after: NamedValues,
) -> AppResult<()> {
    if after.is_empty() {
        return Ok(());
    }
    let cx = &admin.0.cx;
    AuditEntry::done("site.settings_changed")
        .of("site", &cx.organization.slug)
        .change(Some(before.into()), Some(after.into()))
        .by(cx)
        .write(conn)
        .await?;
    Ok(())
}

struct CheckedSite {
    name: String,
    time_zone: String,
    values: SettingValues,
}

fn checked(form: &SiteForm, zone: &str, old: &SettingValues) -> AppResult<CheckedSite> {
    let mut problems = FieldProblems::default();
    let name = problems.keep(line("name", &form.name, SITE_NAME_CHARACTERS));
    if name.as_deref() == Some("") {
        problems.add("name", "Enter the name of the site.");
    }
    let time_zone = form.time_zone.trim();
    if time_zone != UTC && time_zone != zone && !time::zones().iter().any(|zone| zone == time_zone)
    {
        problems.add("time_zone", "Choose a time zone.");
    }
    let language = form.language.trim();
    if language != old.language && !LANGUAGES.iter().any(|(tag, _)| *tag == language) {
        problems.add("language", "Choose a language.");
    }
    let light = problems.keep(color(
        "accent_light",
        &form.accent_light,
        AccentTheme::Light,
    ));
    let dark = problems.keep(color("accent_dark", &form.accent_dark, AccentTheme::Dark));
    match (light.as_deref(), dark.as_deref()) {
        (Some(""), Some(other)) if !other.is_empty() => {
            problems.add("accent_light", "Choose a color for light pages too.");
        }
        (Some(other), Some("")) if !other.is_empty() => {
            problems.add("accent_dark", "Choose a color for dark pages too.");
        }
        _ => {}
    }
    let sender = problems.keep(line("mail_sender", &form.mail_sender, SENDER_CHARACTERS));
    let reply_to = problems.keep(reply_to(&form.mail_reply_to));
    let headline = problems.keep(line("headline", &form.headline, HEADLINE_CHARACTERS));
    let introduction = line("introduction", &form.introduction, INTRODUCTION_CHARACTERS);
    let introduction = problems.keep(introduction);
    let mastered = problems.keep(level(
        "mastered_from",
        &form.mastered_from,
        old.mastered_from,
    ));
    let gap = problems.keep(level("gap_below", &form.gap_below, old.gap_below));
    if mastered
        .zip(gap)
        .is_some_and(|(mastered, gap)| gap > mastered)
    {
        problems.add("gap_below", "Enter at most the level above.");
    }
    problems.check()?;
    Ok(CheckedSite {
        name: name.unwrap_or_default(),
        time_zone: time_zone.to_owned(),
        values: SettingValues {
            language: language.to_owned(),
            logo: old.logo,
            accent_light: light.unwrap_or_default(),
            accent_dark: dark.unwrap_or_default(),
            mail_sender: sender.unwrap_or_default(),
            mail_reply_to: reply_to.unwrap_or_default(),
            landing_headline: headline.unwrap_or_default(),
            landing_introduction: introduction.unwrap_or_default(),
            mail_texts: old.mail_texts.clone(),
            audit_months: old.audit_months,
            mastered_from: mastered.unwrap_or(old.mastered_from),
            gap_below: gap.unwrap_or(old.gap_below),
        },
    })
}

fn line(field: &str, typed: &str, most: u32) -> AppResult<String> {
    let text = names::tidy(typed);
    match text.chars().count() > most as usize {
        true => Err(AppError::field(field, use_at_most(most))),
        false => Ok(text),
    }
}

/// Reads a level in percent. An empty field leaves the setting as it is.
fn level(field: &str, typed: &str, old: u8) -> AppResult<u8> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(old);
    }
    let read = typed.parse::<u8>().ok();
    read.filter(|level| (1..=99).contains(level))
        .ok_or_else(|| AppError::field(field, "Enter a number from 1 to 99."))
}

fn color(field: &str, typed: &str, theme: AccentTheme) -> AppResult<String> {
    match theme.verdict(typed) {
        Ok(_) => Ok(Rgb::parse(typed).map(Rgb::hex).unwrap_or_default()),
        Err(sentence) => Err(AppError::field(field, sentence)),
    }
}

fn reply_to(typed: &str) -> AppResult<String> {
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    let wrong = |sentence: String| AppError::field("mail_reply_to", sentence);
    let email = normalize_email(typed).map_err(wrong)?;
    // Mails could not be sent with an address that the mail library does not take.
    match Mail::is_address(&email) {
        true => Ok(email),
        false => Err(wrong("Enter a valid email address.".to_owned())),
    }
}
