//! Reads documents in a process of its own: this program again, with the hidden subcommand
//! `read-document`. It gets the file on its standard input, and writes a line of JSON for each
//! page. It knows no secrets, because its environment has none.

use std::io::{Read as _, Write};
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use super::{DOCUMENT_BYTES, DocumentFormat, ReadDocument, ReadPage, ReadProgress};
use crate::figures::megabytes;

/// Name of the subcommand.
pub const SUBCOMMAND: &str = "read-document";

/// Limits of the process.
const MEMORY_BYTES: u64 = 1024 * 1024 * 1024;
const ADDRESS_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const CPU_SECONDS: u64 = 120;
/// Limits that this side keeps.
const SECONDS: u64 = 240;
const OUTPUT_BYTES: u64 = 96 * 1024 * 1024;

/// Stack of the reader, for documents that are nested deeply.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// A line of the process's output.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Total(usize),
    Page(ReadPage),
    Done(ReadDocument),
    Refused(String),
}

/// The document with its pages.
#[derive(Debug)]
pub struct Whole {
    pub document: ReadDocument,
    pub pages: Vec<ReadPage>,
}

/// Reads a document. `progress` hears the number of pages that were read, and of all pages.
///
/// # Errors
///
/// A sentence that says why it can't be read.
pub async fn read(
    format: DocumentFormat,
    content: &[u8],
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Whole, String> {
    if content.len() > DOCUMENT_BYTES {
        return Err(format!(
            "The file has {}. At most {} are read.",
            megabytes(content.len()),
            megabytes(DOCUMENT_BYTES)
        ));
    }
    let reading = converse(format, content, progress);
    match tokio::time::timeout(Duration::from_secs(SECONDS), reading).await {
        Ok(read) => read,
        Err(_) => Err(too_long()),
    }
}

fn too_long() -> String {
    "Reading the file took too long. Split it into parts.".to_owned()
}

async fn converse(
    format: DocumentFormat,
    content: &[u8],
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Whole, String> {
    let not_started = |error: std::io::Error| {
        tracing::error!(%error, "the reader of documents could not be started");
        "The reader of documents could not be started. Tell an administrator.".to_owned()
    };
    let mut command = command(format).map_err(not_started)?;
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(not_started)?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(failed(None));
    };
    // A reader that stops early closes its input, which is no error here.
    let sending = async move {
        let _ = input.write_all(content).await;
        drop(input);
    };
    let receiving = receive(output, progress);
    let ((), received) = tokio::join!(sending, receiving);
    if let Some(read) = received {
        return read;
    }
    let _ = child.start_kill();
    let status = child.wait().await.ok();
    Err(failed(status))
}

/// Receives the lines. None if the process ends without a result.
async fn receive(
    output: tokio::process::ChildStdout,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Option<Result<Whole, String>> {
    let mut lines = BufReader::new(output.take(OUTPUT_BYTES));
    let mut pages: Vec<ReadPage> = Vec::new();
    let mut total = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).await.ok()? == 0 {
            let is_full = lines.get_ref().limit() == 0;
            return is_full
                .then(|| Err("The document has too much text. Split it into parts.".to_owned()));
        }
        if !line.starts_with(b"{") {
            continue;
        }
        match serde_json::from_slice(&line).ok()? {
            Message::Total(count) => total = count,
            Message::Page(page) => {
                pages.push(page);
                progress(pages.len(), total);
            }
            Message::Done(document) => return Some(Ok(Whole { document, pages })),
            Message::Refused(sentence) => return Some(Err(sentence)),
        }
    }
}

/// The sentence about a process that died.
fn failed(status: Option<ExitStatus>) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        // Signal 24 (SIGXCPU) comes at the limit of processor time.
        if let Some(24) = status.and_then(|status| status.signal()) {
            return too_long();
        }
    }
    tracing::warn!(?status, "a reader of documents ended without a result");
    "The file can't be read: its reader failed or needed too much memory. The file may be damaged."
        .to_owned()
}

fn command(format: DocumentFormat) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env_clear();
    #[cfg(any(test, feature = "testing"))]
    if crate::runs_tests() {
        // This program is the runner of tests, and one of them is the reader.
        command
            .env("LYCEUM_READER", format.name())
            .args(["--exact", "--nocapture", "--test-threads=1"])
            .args(super::testing::READERS);
        return Ok(command);
    }
    command
        // The allocator would take a gigabyte in advance, which the limit of memory counts.
        .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
        .arg(SUBCOMMAND)
        .arg(format.name());
    Ok(command)
}

/// The process itself: reads standard input as the named format.
pub fn main(format: &str) -> ExitCode {
    let Some(format) = DocumentFormat::named(format) else {
        return ExitCode::FAILURE;
    };
    if let Err(error) = limit() {
        tell(&Message::Refused(format!(
            "The limits of the reader can't be set: {error}."
        )));
        return ExitCode::FAILURE;
    }
    let reader = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let mut content = Vec::new();
            let input = std::io::stdin().lock().take(DOCUMENT_BYTES as u64 + 1);
            let result = match { input }.read_to_end(&mut content) {
                Ok(_) => super::read(format, &content, &mut Teller),
                Err(_) => Err("The file did not arrive whole.".to_owned()),
            };
            tell(&match result {
                Ok(document) => Message::Done(document),
                Err(sentence) => Message::Refused(sentence),
            });
        });
    match reader.map(std::thread::JoinHandle::join) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

struct Teller;

impl ReadProgress for Teller {
    fn total(&mut self, pages: usize) {
        tell(&Message::Total(pages));
    }

    fn page(&mut self, page: ReadPage) {
        tell(&Message::Page(page));
    }
}

fn tell(message: &Message) {
    if let Ok(line) = serde_json::to_string(message) {
        let mut out = std::io::stdout().lock();
        // Nobody listens any more: the process is about to be killed.
        let _ = out
            .write_all(b"\n")
            .and_then(|()| out.write_all(line.as_bytes()));
        let _ = out.write_all(b"\n").and_then(|()| out.flush());
    }
}

/// Limits this process: memory, processor time, and no files are written.
#[cfg(unix)]
fn limit() -> nix::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    setrlimit(Resource::RLIMIT_AS, ADDRESS_BYTES, ADDRESS_BYTES)?;
    setrlimit(Resource::RLIMIT_DATA, MEMORY_BYTES, MEMORY_BYTES)?;
    setrlimit(Resource::RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 5)?;
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}

#[cfg(not(unix))]
fn limit() -> std::io::Result<()> {
    Ok(())
}
