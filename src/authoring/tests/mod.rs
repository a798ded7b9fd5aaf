mod check;
mod details;
mod imports;
mod outlines;
mod placed;
mod split;
mod texts;
mod view_as;
