//! Does a copy that stands in for a failure say so in the page itself? `STALE_NOTICE`.

use super::Flow;
use crate::stale::{Aged, Served};
use crate::time::Time;
use crate::{notice, page};

impl Flow {
    /// Adds the notice where the operator wants one and nothing speaks against it.
    pub(super) fn notice(&self, served: &mut Served, aged: Aged, now: Time) {
        let fields = self.request.fields();
        if !self.config.stale_notice || !notice::permitted(fields, served) {
            return;
        }
        notice::adapt(&mut served.lines);
        served.notice = Some(page::notice(&self.config.page, fields, now, aged.age));
    }
}
