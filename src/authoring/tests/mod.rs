mod check;
mod details;
mod imports;
mod outlines;
mod reviews;
mod sources;
mod texts;
mod writers;
