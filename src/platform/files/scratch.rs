//! Folders for files that are needed for a moment.

use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// A new, empty folder. It is deleted with all of its files when the value is dropped.
#[derive(Debug)]
pub struct ScratchFolder(PathBuf);

impl ScratchFolder {
    pub fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("lyceum-{}", Uuid::new_v4()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a temporary folder could not be deleted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_gone_with_its_value() {
        let folder = ScratchFolder::new().unwrap();
        let path = folder.path().to_path_buf();
        std::fs::write(path.join("a"), "b").unwrap();
        assert!(path.is_dir());
        drop(folder);
        assert!(!path.exists());
    }
}
