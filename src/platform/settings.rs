//! Settings of an organization: the registry of their names, types and defaults. They are stored in
//! `system_settings` and loaded together with their organization, so that no page needs a statement
//! for them.

use std::ops::Deref;
use std::sync::Arc;

use diesel::sql_types::{Array, Jsonb, Text};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::auth::{Terms, UserRole};
use crate::db::{Conn, statement};
use crate::error::{AppError, AppResult};
use crate::ids::FileId;
use crate::mail::texts::MailTexts;
use crate::ui::NavigationPage;

/// Declares the settings: each with its type, its default, and the role that may change it.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = $default:expr, set by $role:ident;)*) => {
        /// The settings of an organization.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct SettingValues {
            $($(#[$doc])* pub $name: $kind,)*
        }

        impl Default for SettingValues {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl SettingValues {
            /// Takes the stored values. A setting without a value of its type has its default.
            fn stored(mut values: Map<String, Value>) -> Self {
                Self {
                    $($name: values
                        .remove(stringify!($name))
                        .and_then(|value| serde_json::from_value(value).ok())
                        .unwrap_or_else(|| $default),)*
                }
            }
        }

        /// Names of all settings, each with the role that may change it.
        pub const REGISTRY: &[(&str, UserRole)] = &[$((stringify!($name), UserRole::$role)),*];
    };
}

settings! {
    /// BCP 47 tag of the language in which the site's own texts are written.
    language: String = "en".to_owned(), set by Admin;
    /// Picture beside the name of the site.
    logo: Option<FileId> = None, set by Admin;
    /// Accent color of the light theme as "#rrggbb". Empty for the built-in one.
    accent_light: String = String::new(), set by Admin;
    /// Accent color of the dark theme.
    accent_dark: String = String::new(), set by Admin;
    /// Name that mails come from. Empty for that of the configuration.
    mail_sender: String = String::new(), set by Admin;
    /// Address that answers to mails go to. Empty for the address that sends them.
    mail_reply_to: String = String::new(), set by Admin;
    /// First line of the landing page. Empty for the built-in one.
    landing_headline: String = String::new(), set by Admin;
    /// Introduction of the landing page. Empty for the built-in one.
    landing_introduction: String = String::new(), set by Admin;
    /// Months for which entries of the audit log are kept. Zero for all time.
    audit_months: u32 = 0, set by Admin;
    /// Own words of mails.
    mail_texts: MailTexts = MailTexts::new(), set by Admin;
    /// Level, in percent, from which a concept counts as mastered.
    mastered_from: u8 = 70, set by Admin;
    /// Level, in percent, below which a concept is a gap.
    gap_below: u8 = 50, set by Admin;
}

/// Everything about an organization's site that its pages need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteFacts(Arc<Facts>);

#[derive(Debug, PartialEq, Eq, Default)]
pub struct Facts {
    pub settings: SettingValues,
    /// Published pages in the navigation, in their order.
    pub pages: Vec<NavigationPage>,
    /// Terms that everybody must accept.
    pub terms: Option<Terms>,
}

impl Deref for SiteFacts {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

/// The value of the database function `site_facts`.
#[derive(Deserialize)]
struct StoredFacts {
    settings: Option<Map<String, Value>>,
    pages: Option<Vec<NavigationPage>>,
    terms: Option<Terms>,
}

impl From<Value> for SiteFacts {
    fn from(value: Value) -> Self {
        let Ok(stored) = serde_json::from_value::<StoredFacts>(value) else {
            tracing::error!("the facts of a site can't be read");
            return Self::default();
        };
        Self(Arc::new(Facts {
            settings: SettingValues::stored(stored.settings.unwrap_or_default()),
            pages: stored.pages.unwrap_or_default(),
            terms: stored.terms,
        }))
    }
}

#[derive(diesel::QueryableByName)]
struct StoredSetting {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Jsonb)]
    value: Value,
}

/// Loads the settings as they are in this transaction, and keeps others from changing them until it
/// ends.
pub async fn load_locked(conn: &mut Conn) -> AppResult<SettingValues> {
    crate::db::lock(conn, "system_settings").await?;
    let rows: Vec<StoredSetting> = statement("select name, value from system_settings")
        .load(conn)
        .await?;
    let values = rows.into_iter().map(|row| (row.name, row.value)).collect();
    Ok(SettingValues::stored(values))
}

/// Values by the names of their settings.
pub type NamedValues = Map<String, Value>;

/// Stores the settings that differ, and returns their old and new values. The caller has the
/// organization looked up again afterwards, see `Directory::forget`.
///
/// # Errors
///
/// `Denied` if someone of this role may not change one of them.
pub async fn save(
    conn: &mut Conn,
    role: UserRole,
    old: &SettingValues,
    new: &SettingValues,
) -> AppResult<(NamedValues, NamedValues)> {
    let (mut before, mut after) = (named(old)?, named(new)?);
    before.retain(|name, value| after.get(name) != Some(&*value));
    after.retain(|name, _| before.contains_key(name));
    let may_change = |name: &str| {
        let mut settings = REGISTRY.iter();
        settings.any(|(known, by)| *known == name && (*by == role || role == UserRole::Admin))
    };
    if !after.keys().all(|name| may_change(name)) {
        return Err(AppError::Denied(
            "You may not change this setting.".to_owned(),
        ));
    }
    if !after.is_empty() {
        let (names, values): (Vec<String>, Vec<Value>) = after.clone().into_iter().unzip();
        statement(
            "insert into system_settings (name, value) select * from unnest($1, $2)
             on conflict (organization_id, name) do update set value = excluded.value",
        )
        .bind::<Array<Text>, _>(names)
        .bind::<Array<Jsonb>, _>(values)
        .execute(conn)
        .await?;
    }
    Ok((before, after))
}

fn named(values: &SettingValues) -> AppResult<NamedValues> {
    match serde_json::to_value(values) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(_) => Err(AppError::internal("settings are not an object")),
        Err(error) => Err(AppError::internal(&error)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_setting_without_a_value_of_its_type_has_its_default() {
        let facts = SiteFacts::from(json!({
            "settings": { "language": "de", "logo": "no", "accent_dark": 7, "gone": true },
            "pages": null,
        }));
        let expected = SettingValues {
            language: "de".to_owned(),
            ..SettingValues::default()
        };
        assert_eq!(facts.settings, expected);
        assert_eq!(SiteFacts::from(json!(3)), SiteFacts::default());
    }

    #[test]
    fn the_registry_has_all_settings_that_are_stored() {
        let names = named(&SettingValues::default()).unwrap();
        assert_eq!(names.len(), REGISTRY.len());
        assert!(REGISTRY.iter().all(|(name, _)| names.contains_key(*name)));
    }
}
