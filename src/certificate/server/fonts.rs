//! Fonts of certificates: bundled fonts, and system fonts for letters that the bundled ones lack.
//! System fonts are listed at the first such letter, and the list is kept.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use fontdb::{Database, FaceInfo, Source, Weight};
use krilla::Data;
use krilla::text::{Font, Tag};
use rustybuzz::Face;
use rustybuzz::ttf_parser::{self, Permissions};

use crate::platform::config::Config;

/// Bundled fonts. The first is the serif font. Letters that a font lacks are taken from the fonts
/// after it.
const FILES: [&[u8]; 18] = [
    include_bytes!("fonts/serif.ttf"),
    include_bytes!("fonts/sans.ttf"),
    include_bytes!("fonts/noto-arabic.ttf"),
    include_bytes!("fonts/noto-armenian.ttf"),
    include_bytes!("fonts/noto-bengali.ttf"),
    include_bytes!("fonts/noto-devanagari.ttf"),
    include_bytes!("fonts/noto-georgian.ttf"),
    include_bytes!("fonts/noto-gujarati.ttf"),
    include_bytes!("fonts/noto-gurmukhi.ttf"),
    include_bytes!("fonts/noto-hebrew.ttf"),
    include_bytes!("fonts/noto-kannada.ttf"),
    include_bytes!("fonts/noto-khmer.ttf"),
    include_bytes!("fonts/noto-lao.ttf"),
    include_bytes!("fonts/noto-malayalam.ttf"),
    include_bytes!("fonts/noto-oriya.ttf"),
    include_bytes!("fonts/noto-tamil.ttf"),
    include_bytes!("fonts/noto-telugu.ttf"),
    include_bytes!("fonts/noto-thai.ttf"),
];

pub struct Fonts {
    files: Vec<&'static [u8]>,
    bundled: Vec<Typeface>,
    /// Folder that is searched instead of the system's font folders.
    folder: Option<PathBuf>,
    system: OnceLock<Vec<Candidate>>,
    /// The same fonts without the system's.
    alone: OnceLock<Box<Fonts>>,
}

/// One library of fonts for each configured folder. A loaded typeface is kept as long as the
/// process runs.
static LIBRARIES: LazyLock<Mutex<HashMap<Option<PathBuf>, &'static Fonts>>> =
    LazyLock::new(Mutex::default);

impl Fonts {
    pub fn of(config: &Config) -> &'static Self {
        let mut libraries = LIBRARIES.lock().unwrap_or_else(PoisonError::into_inner);
        libraries
            .entry(config.fonts_dir.clone())
            .or_insert_with(|| Box::leak(Box::new(Self::new(&FILES, config.fonts_dir.as_deref()))))
    }

    pub(crate) fn new(files: &[&'static [u8]], folder: Option<&Path>) -> Self {
        Self {
            files: files.to_vec(),
            bundled: files
                .iter()
                .filter_map(|file| Typeface::new(file, 0))
                .collect(),
            folder: folder.map(Path::to_owned),
            system: OnceLock::new(),
            alone: OnceLock::new(),
        }
    }

    /// Returns the bundled fonts alone.
    pub fn without_system(&self) -> &Self {
        self.alone.get_or_init(|| {
            let mut alone = Self::new(&self.files, None);
            alone.system = OnceLock::from(Vec::new());
            Box::new(alone)
        })
    }

    pub fn bundled(&self) -> &[Typeface] {
        &self.bundled
    }

    /// Returns system typefaces that together have as many of the letters as possible. Takes few
    /// typefaces, so that a name looks uniform.
    pub fn of_system(&self, letters: &BTreeSet<char>, wants_serif: bool) -> Vec<&Typeface> {
        let mut left = letters.clone();
        let mut chosen = Vec::new();
        let mut useless = BTreeSet::new();
        while !left.is_empty() {
            let candidates = self.system().iter().enumerate();
            let best = candidates
                .filter(|(index, candidate)| {
                    !useless.contains(index) && candidate.covers(&left) > 0
                })
                .max_by_key(|(index, candidate)| {
                    (candidate.fitness(&left, wants_serif), usize::MAX - index)
                });
            let Some((index, best)) = best else {
                break;
            };
            let before = left.len();
            if let Some(typeface) = best.typeface() {
                left.retain(|letter| !typeface.draws(*letter));
                if left.len() < before {
                    chosen.push(typeface);
                }
            }
            useless.insert(index);
        }
        chosen
    }

    fn system(&self) -> &[Candidate] {
        self.system
            .get_or_init(|| find_candidates(self.folder.as_deref()))
    }
}

/// A loaded font, ready for shaping text and for the PDF.
pub struct Typeface {
    pub font: Font,
    pub shaper: Face<'static>,
}

impl Typeface {
    fn new(file: &'static [u8], index: u32) -> Option<Self> {
        let mut shaper = Face::from_slice(file, index)?;
        let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(file);
        let data = Data::from(data);
        // Some variable fonts are thin unless a weight is set.
        let weight = ttf_parser::Tag::from_bytes(b"wght");
        let axes = shaper.variation_axes();
        let axis = axes.into_iter().find(|axis| axis.tag == weight);
        let font = match axis {
            Some(axis) => {
                let regular = f32::from(Weight::NORMAL.0).clamp(axis.min_value, axis.max_value);
                shaper.set_variation(weight, regular)?;
                Font::new_variable(data, index, &[(Tag::new(b"wght"), regular)])?
            }
            None => Font::new(data, index)?,
        };
        Some(Self { font, shaper })
    }

    pub fn has(&self, letter: char) -> bool {
        self.shaper.glyph_index(letter).is_some()
    }

    /// Returns true if the font has an outline for the letter. Picture fonts have none.
    fn draws(&self, letter: char) -> bool {
        self.shaper.glyph_index(letter).is_some_and(|glyph| {
            letter.is_whitespace() || self.shaper.glyph_bounding_box(glyph).is_some()
        })
    }
}

/// A system font with the letters that it has. Its file is loaded when the font is first used.
struct Candidate {
    path: PathBuf,
    /// Index of the font in a collection.
    index: u32,
    /// In lowercase.
    family: String,
    unlikeness: u16,
    /// Code points in ascending order.
    letters: Vec<RangeInclusive<u32>>,
    typeface: OnceLock<Option<Typeface>>,
}

impl Candidate {
    fn of(face: &FaceInfo, path: &Path, data: &[u8]) -> Option<Self> {
        let parsed = ttf_parser::Face::parse(data, face.index).ok()?;
        let may_embed =
            parsed.permissions() != Some(Permissions::Restricted) && parsed.is_subsetting_allowed();
        may_embed.then(|| Self {
            path: path.to_owned(),
            index: face.index,
            family: family_of(face).to_lowercase(),
            unlikeness: unlikeness(face),
            letters: letters_of(&parsed),
            typeface: OnceLock::new(),
        })
    }

    fn has(&self, letter: char) -> bool {
        let letter = u32::from(letter);
        let after = self
            .letters
            .partition_point(|range| *range.start() <= letter);
        after
            .checked_sub(1)
            .is_some_and(|at| self.letters[at].contains(&letter))
    }

    fn covers(&self, letters: &BTreeSet<char>) -> usize {
        letters.iter().filter(|letter| self.has(**letter)).count()
    }

    /// Returns a rank, higher for a better font. Compares the number of letters first. Then follow
    /// proportional width, closeness to the regular style, wanted serifs and language.
    fn fitness(&self, letters: &BTreeSet<char>, wants_serif: bool) -> impl Ord + use<> {
        let family = &self.family;
        let is_serif = ["serif", "ming", "song", "mincho", "batang", "myungjo"]
            .iter()
            .any(|name| family.contains(name))
            && !family.contains("sans");
        (
            self.covers(letters),
            !family.contains("mono"),
            u16::MAX - self.unlikeness,
            is_serif == wants_serif,
            suits_language(family, letters),
        )
    }

    fn typeface(&self) -> Option<&Typeface> {
        self.typeface
            .get_or_init(|| {
                let file = std::fs::read(&self.path).ok()?;
                // Leaking is bounded: the system has a limited number of fonts, and each is loaded
                // once.
                Typeface::new(Box::leak(file.into_boxed_slice()), self.index)
            })
            .as_ref()
    }
}

/// Returns true if a font's family suits the language of the letters. Chinese, Japanese and Korean
/// write some shared characters differently, and Noto has a font for each. Kana mean Japanese and
/// Hangul means Korean; everything else is taken for Chinese.
fn suits_language(family: &str, letters: &BTreeSet<char>) -> bool {
    let any = |range: RangeInclusive<char>| letters.range(range).next().is_some();
    let language = if any('\u{3040}'..='\u{30ff}') {
        " jp"
    } else if any('\u{ac00}'..='\u{d7a3}') {
        " kr"
    } else {
        " sc"
    };
    family.ends_with(language)
}

fn family_of(face: &FaceInfo) -> &str {
    face.families.first().map_or("", |(name, _)| name.as_str())
}

/// Returns the distance from a family's regular font. A slanted or narrow font is farther away than
/// any weight.
fn unlikeness(face: &FaceInfo) -> u16 {
    let is_regular = face.style == fontdb::Style::Normal && face.stretch == fontdb::Stretch::Normal;
    let weight = face.weight.0.abs_diff(Weight::NORMAL.0);
    if is_regular { weight } else { weight + 1000 }
}

fn find_candidates(folder: Option<&Path>) -> Vec<Candidate> {
    let mut database = Database::new();
    match folder {
        Some(folder) => database.load_fonts_dir(folder),
        None => database.load_system_fonts(),
    }
    let mut faces: Vec<(&Path, &FaceInfo)> = database
        .faces()
        .filter_map(|face| match &face.source {
            Source::File(path) => Some((path.as_path(), face)),
            _ => None,
        })
        .collect();
    // The most regular font of each family is enough.
    faces.sort_by_key(|(path, face)| (family_of(face), unlikeness(face), *path, face.index));
    faces.dedup_by_key(|(_, face)| family_of(face));
    // Sorted by path, the fonts of a collection follow each other, so each file is read once. The
    // order also makes the choice the same every time.
    faces.sort_by_key(|(path, face)| (*path, face.index));
    let mut open: Option<(&Path, Vec<u8>)> = None;
    let mut candidates = Vec::new();
    for (path, face) in faces {
        if open.as_ref().is_none_or(|(opened, _)| *opened != path) {
            open = std::fs::read(path).ok().map(|data| (path, data));
        }
        if let Some((_, data)) = &open {
            candidates.extend(Candidate::of(face, path, data));
        }
    }
    tracing::info!(fonts = candidates.len(), "looked for fonts on this system");
    candidates
}

fn letters_of(face: &ttf_parser::Face<'_>) -> Vec<RangeInclusive<u32>> {
    let mut letters = Vec::new();
    let tables = face.tables().cmap.iter().flat_map(|cmap| cmap.subtables);
    for table in tables.filter(|table| table.is_unicode()) {
        table.codepoints(|letter| letters.push(letter));
    }
    letters.sort_unstable();
    letters.dedup();
    let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
    for letter in letters {
        match ranges.last_mut() {
            Some(range) if *range.end() + 1 == letter => *range = *range.start()..=letter,
            _ => ranges.push(letter..=letter),
        }
    }
    ranges
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    const HEBREW: &[u8] = include_bytes!("fonts/noto-hebrew.ttf");
    const THAI: &[u8] = include_bytes!("fonts/noto-thai.ttf");

    /// Returns the bundled fonts, with an empty system folder.
    pub fn bundled_only(folder: &Path) -> &'static Fonts {
        Box::leak(Box::new(Fonts::new(&FILES, Some(folder))))
    }

    /// Returns fonts as if only serif and sans were bundled, and `folder` were the system's.
    pub fn with_system(folder: &Path) -> &'static Fonts {
        Box::leak(Box::new(Fonts::new(&FILES[..2], Some(folder))))
    }

    /// Returns Thai fonts in which one table each is damaged: the end of its data is overwritten
    /// with the byte.
    pub fn damaged(byte: u8) -> Vec<(String, Vec<u8>)> {
        let tables = usize::from(u16::from_be_bytes([THAI[4], THAI[5]]));
        let damage = |table: usize| {
            let entry = &THAI[12 + 16 * table..][..16];
            let long = |at: usize| {
                let bytes = entry[at..at + 4].try_into().expect("four bytes");
                u32::from_be_bytes(bytes) as usize
            };
            let (start, length) = (long(8), long(12));
            let mut font = THAI.to_vec();
            font[start + length / 4..start + length].fill(byte);
            (String::from_utf8_lossy(&entry[..4]).into_owned(), font)
        };
        (0..tables).map(damage).collect()
    }

    /// Makes a folder like a system's. It has a font, a collection with the sans before the Hebrew
    /// font, and a broken file.
    pub fn system_folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("more")).expect("a folder");
        std::fs::write(path("thai.ttf"), THAI).expect("a font");
        std::fs::write(path("more/two.ttc"), collection(&[FILES[1], HEBREW])).expect("a font");
        std::fs::write(path("broken.otf"), &THAI[..1000]).expect("a font");
        folder
    }

    /// Builds a TrueType collection: its header, and the fonts with shifted table offsets.
    fn collection(fonts: &[&[u8]]) -> Vec<u8> {
        let long = |data: &[u8], at: usize| {
            u32::from_be_bytes(data[at..at + 4].try_into().expect("four bytes"))
        };
        let mut out = b"ttcf\0\x01\0\0".to_vec();
        out.extend((fonts.len() as u32).to_be_bytes());
        let mut start = 12 + 4 * fonts.len() as u32;
        for font in fonts {
            out.extend(start.to_be_bytes());
            start += font.len() as u32;
        }
        for font in fonts {
            let start = out.len() as u32;
            let mut font = font.to_vec();
            let tables = u16::from_be_bytes([font[4], font[5]]);
            for table in 0..usize::from(tables) {
                let at = 12 + 16 * table + 8;
                let moved = long(&font, at) + start;
                font[at..at + 4].copy_from_slice(&moved.to_be_bytes());
            }
            out.extend(font);
        }
        out
    }
}
