//! How does every page look? `/.understudy/pages`.
use super::Reply;
use crate::{config::Config, request::Request, time::Time};
/// x
pub fn gallery(_r: &Request, _c: &Config, _n: Time) -> Reply {
    Reply::not_found()
}
