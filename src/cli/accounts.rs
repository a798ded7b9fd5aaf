//! `lyceum user` and `lyceum organization`: what stands above an organization's admins.

use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use serde_json::json;

use super::find_organization;
use crate::certificate::keys;
use crate::platform::audit::Entry;
use crate::platform::auth::store::{self, NewAccount};
use crate::platform::auth::{
    UserRole, check_display_name, check_password, normalise_email, password,
};
use crate::platform::config::Config;
use crate::platform::db::{Db, organizations};
use crate::platform::error::AppError;
use crate::platform::names;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Make an account whose address counts as confirmed. The password is read from standard input.
    Create {
        email: String,
        /// As others see it. Default: what stands before the @.
        #[arg(long)]
        name: Option<String>,
        #[arg(long, value_enum, default_value = "learner")]
        role: UserRole,
        /// Short for --role admin.
        #[arg(long)]
        admin: bool,
    },
    /// Change what somebody may do.
    Role {
        email: String,
        #[arg(value_enum)]
        role: UserRole,
    },
}

#[derive(Subcommand)]
pub enum OrganizationCommand {
    Create {
        /// Short name: lowercase letters, digits and hyphens.
        slug: String,
        name: String,
        /// Host name at which its site answers.
        #[arg(long)]
        domain: Option<String>,
    },
    List,
    /// Set the host name, or take it away with none.
    Domain {
        slug: String,
        domain: Option<String>,
    },
    /// Close its site; nothing is deleted.
    Disable {
        slug: String,
    },
    Enable {
        slug: String,
    },
    /// Retire the key that signs its credentials; the next one is signed with a new key. What the old one signed stays good.
    RetireKey {
        slug: String,
    },
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
            let email = normalise_email(&email)?;
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
                        Entry::done("user.created")
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
                        "{shown} has an account already; nothing was changed."
                    ));
                }
            }
        }
        UserCommand::Role { email, role } => {
            let email = normalise_email(&email)?;
            db.within(organization.organization_id, async move |conn| {
                let account = store::by_email(conn, &email).await?.ok_or_else(|| {
                    AppError::NotFound(format!("Nobody has an account as {email}."))
                })?;
                store::set_role(conn, account.user_id, role).await?;
                Entry::done("user.role_changed")
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
            println!("Changed.");
        }
    }
    Ok(())
}

/// One line of standard input: a password on the command line would be in everybody's process list.
fn read_password() -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password (at least 10 characters): ");
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
    let refused = |error: diesel::result::Error| match error {
        diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::UniqueViolation,
            _,
        ) => "Another organization has this name or this domain already.".to_owned(),
        diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::CheckViolation,
            _,
        ) => "The short name takes lowercase letters, digits and hyphens; the domain a host name."
            .to_owned(),
        other => other.to_string(),
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
                "{} is there. Make its first admin: lyceum user create --admin EMAIL --organization {}",
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
                        Entry::done("organization_key.retired").write(conn).await?;
                    }
                    Ok::<_, AppError>(retired)
                })
                .await
                .map_err(|error| error.to_string())?;
            match retired {
                0 => println!("It has no key yet: nothing was changed."),
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
