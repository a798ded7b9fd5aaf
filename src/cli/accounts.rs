//! The commands `lyceum user` and `lyceum organization`, which need more rights than an
//! organization's admins have.

use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use serde_json::json;

use super::find_organization;
use crate::certificate::server::keys;
use crate::people::server::accounts;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::store::{self, NewAccount};
use crate::platform::auth::{
    PASSWORD_MIN, UserRole, check_display_name, check_password, normalize_email, password,
};
use crate::platform::config::Config;
use crate::platform::db::{Db, organizations};
use crate::platform::error::AppError;
use crate::platform::names;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Create an account with a confirmed address. The password is read from standard input.
    Create {
        email: String,
        /// Display name. Default: the part of the address before the @.
        #[arg(long)]
        name: Option<String>,
        #[arg(long, value_enum, default_value = "learner")]
        role: UserRole,
        /// Short for --role admin.
        #[arg(long)]
        admin: bool,
    },
    /// Change the role of an account.
    Role {
        email: String,
        #[arg(value_enum)]
        role: UserRole,
    },
}

#[derive(Subcommand)]
pub enum OrganizationCommand {
    /// Create an organization.
    Create {
        /// Short name: lowercase letters, digits and hyphens.
        slug: String,
        name: String,
        /// Host name of its site.
        #[arg(long)]
        domain: Option<String>,
    },
    /// List all organizations.
    List,
    /// Set the host name of its site; without a host name, remove it.
    Domain {
        slug: String,
        domain: Option<String>,
    },
    /// Disable its site. Nothing is deleted.
    Disable { slug: String },
    /// Enable its site again.
    Enable { slug: String },
    /// Retire the key that signs its credentials; the next one is signed with a new key.
    /// Credentials signed with the old key stay valid.
    RetireKey { slug: String },
}

pub async fn user(config: &Config, command: UserCommand, organization: &str) -> Result<(), String> {
    let db = Db::new(&config.database)?;
    let organization = find_organization(&db, organization).await?;
    match command {
        UserCommand::Create {
            email,
            name,
            role,
            admin,
        } => {
            let role = if admin { UserRole::Admin } else { role };
            let email = normalize_email(&email)?;
            let name =
                name.unwrap_or_else(|| email.split('@').next().unwrap_or("Someone").to_owned());
            let name = check_display_name(&name)?;
            let password = read_password()?;
            check_password(&password, &email)?;
            let hash = password::hash(&password)
                .await
                .map_err(|error| error.to_string())?;
            let shown = email.clone();
            let made = db
                .within(organization.organization_id, async move |conn| {
                    let new = NewAccount {
                        email: &email,
                        display_name: &name,
                        password_hash: &hash,
                        role,
                        confirmed: true,
                    };
                    let made = store::create(conn, new).await?;
                    if let Some(user) = made {
                        AuditEntry::done("user.created")
                            .of("user", user)
                            .change(None, Some(json!({ "role": role })))
                            .write(conn)
                            .await?;
                    }
                    Ok::<_, AppError>(made)
                })
                .await
                .map_err(|error| error.to_string())?;
            match made {
                Some(_) => println!("{shown} can sign in."),
                None => {
                    return Err(format!(
                        "{shown} already has an account. Nothing was changed."
                    ));
                }
            }
        }
        UserCommand::Role { email, role } => {
            let email = normalize_email(&email)?;
            db.within(organization.organization_id, async move |conn| {
                accounts::take_turn(conn, organization.organization_id).await?;
                let account = store::by_email(conn, &email).await?.ok_or_else(|| {
                    AppError::NotFound(format!("There is no account for {email}."))
                })?;
                if account.role == UserRole::Admin && role != UserRole::Admin && account.is_active {
                    accounts::require_another_admin(conn, account.user_id).await?;
                }
                store::set_role(conn, account.user_id, role).await?;
                AuditEntry::done("user.role_changed")
                    .of("user", account.user_id)
                    .change(
                        Some(json!({ "role": account.role })),
                        Some(json!({ "role": role })),
                    )
                    .write(conn)
                    .await?;
                Ok::<_, AppError>(())
            })
            .await
            .map_err(|error| error.to_string())?;
            println!("The role is changed.");
        }
    }
    Ok(())
}

/// Reads one line of standard input. A password on the command line would be visible in the list
/// of processes.
fn read_password() -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password (at least {PASSWORD_MIN} characters): ");
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| error.to_string())?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

pub async fn organization(config: &Config, command: OrganizationCommand) -> Result<(), String> {
    let db = Db::new(&config.database)?;
    let mut conn = db
        .system()
        .await
        .map_err(|error| format!("The database can't be reached: {error}"))?;
    let refused = |error: diesel::result::Error| {
        match error {
        diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::UniqueViolation,
            _,
        ) => "Another organization already has this name or domain.".to_owned(),
        diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::CheckViolation,
            _,
        ) => "The short name may contain lowercase letters, digits and hyphens. The domain must be a host name."
            .to_owned(),
        other => other.to_string(),
    }
    };
    let known = |changed: usize, slug: &str| match changed {
        0 => Err(format!("There is no organization “{slug}”.")),
        _ => Ok(()),
    };
    match command {
        OrganizationCommand::Create { slug, name, domain } => {
            let domain = domain.map(|domain| domain.to_lowercase());
            let name = names::tidy(&name);
            if name.is_empty() {
                return Err("An organization has a name that can be seen.".to_owned());
            }
            let made = organizations::create(&mut conn, &slug, &name, domain.as_deref())
                .await
                .map_err(refused)?;
            println!(
                "{} is created. Create its first admin with: lyceum user create --admin EMAIL --organization {}",
                made.name, made.slug
            );
        }
        OrganizationCommand::List => {
            for (organization, enabled) in organizations::list(&mut conn).await.map_err(refused)? {
                let domain = organization.domain.as_deref().unwrap_or("-");
                let state = if enabled { "open" } else { "disabled" };
                println!(
                    "{}\t{}\t{domain}\t{state}",
                    organization.slug, organization.name
                );
            }
        }
        OrganizationCommand::Domain { slug, domain } => {
            let domain = domain.map(|domain| domain.to_lowercase());
            let changed = organizations::set_domain(&mut conn, &slug, domain.as_deref())
                .await
                .map_err(refused)?;
            known(changed, &slug)?;
        }
        OrganizationCommand::Disable { slug } => {
            known(
                organizations::set_disabled(&mut conn, &slug, true)
                    .await
                    .map_err(refused)?,
                &slug,
            )?;
        }
        OrganizationCommand::RetireKey { slug } => {
            let organization = find_organization(&db, &slug).await?;
            let retired = db
                .within(organization.organization_id, async |conn| {
                    let retired = keys::retire(conn).await?;
                    if retired > 0 {
                        AuditEntry::done("organization_key.retired")
                            .write(conn)
                            .await?;
                    }
                    Ok::<_, AppError>(retired)
                })
                .await
                .map_err(|error| error.to_string())?;
            match retired {
                0 => println!("The organization has no key yet. Nothing was changed."),
                _ => println!("The key is retired."),
            }
        }
        OrganizationCommand::Enable { slug } => {
            known(
                organizations::set_disabled(&mut conn, &slug, false)
                    .await
                    .map_err(refused)?,
                &slug,
            )?;
        }
    }
    Ok(())
}
