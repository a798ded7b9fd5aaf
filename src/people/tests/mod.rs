//! Tests of people and the site for admins, over HTTP.

mod applications;
mod audit;
mod cms;
mod invitations;
mod lists;
mod merge;
mod operations;
mod own_data;
mod people;
mod person;
mod site;
mod tutors;
