//! Hashes passwords with argon2id, outside the async threads. Runs only as many hashes at once as
//! there are cores, which bounds the memory.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng};
use argon2::{Argon2, PasswordHash};
use tokio::sync::Semaphore;

use crate::error::{AppError, AppResult};

/// Each hash takes 19 MiB and a core for about 20 ms. The parameters are OWASP's for argon2id and
/// the crate's default.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(2, |cores| cores.get()))
});

/// Hash to compare with if the account is unknown, so that the answer takes as long as for a known
/// account.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

pub async fn hash(password: &str) -> AppResult<String> {
    let password = password.to_owned();
    off_thread(move || hash_now(&password)).await
}

/// Returns true if the password belongs to the hash. For a hash of `None` returns false after the
/// same time.
pub async fn verify(password: &str, hash: Option<String>) -> AppResult<bool> {
    let password = password.to_owned();
    off_thread(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let parsed = PasswordHash::new(&hash).map_err(|error| error.to_string())?;
        Ok(Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
            && known)
    })
    .await
}

fn hash_now(password: &str) -> Result<String, String> {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

async fn off_thread<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, String> + Send + 'static,
) -> AppResult<R> {
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|error| AppError::internal(&error))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::internal(&error))?
        .map_err(|error| AppError::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let hash = hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            verify("correct horse battery", Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!verify("correct horse batterz", Some(hash)).await.unwrap());
        assert!(!verify("nobody has this password", None).await.unwrap());
    }
}
