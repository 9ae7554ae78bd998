//! One tier in memory, filled and asked as the driver does it: the two levels of keys, removal, the body beside the record.

use std::collections::HashMap;

use understudy::stale::{Admission, Entry, Params, Trigger, Usable, Variants, admit, key, usable};

use super::{Ask, Page, at};

#[derive(Default)]
pub struct Shelf {
    places: HashMap<String, (String, String)>,
    epochs: u32,
}

impl Shelf {
    /// The healthy origin answers `ask` with `page` and `body`.
    pub fn store(&mut self, ask: &Ask, page: &Page, body: &str, params: &Params) {
        let primary = key(&ask.url, &params.ignore_params);
        let record = match admit(&ask.asked(), &page.answered(), params) {
            Admission::Skip(_) => return,
            Admission::Remove(_) => {
                self.places.remove(&primary);
                return;
            }
            Admission::Keep(record) => record.with_body(body.len() as u64, None),
        };
        if !record.varies() {
            self.put(primary, &Entry::Copy(Box::new(record)), body);
            return;
        }
        self.epochs += 1;
        let epoch = self.epochs.to_string();
        let variants = match self.entry(&primary) {
            Some(Entry::Variants(known)) if known.covers(&record) => known,
            Some(Entry::Variants(known)) => known.widened(&record, &epoch),
            _ => Variants::new(&record, &epoch),
        };
        let second = variants.key(&primary, &ask.fields);
        self.put(primary, &Entry::Variants(variants), "");
        self.put(second, &Entry::Copy(Box::new(record)), body);
    }

    /// The origin fails; what does `ask` get, so many seconds later?
    pub fn fail(&self, ask: &Ask, offset: u64, params: &Params) -> Option<String> {
        let primary = key(&ask.url, &params.ignore_params);
        let place = match self.entry(&primary)? {
            Entry::Copy(_) => primary,
            Entry::Variants(variants) => variants.key(&primary, &ask.fields),
        };
        let Entry::Copy(record) = self.entry(&place)? else { return None };
        match usable(&record, &ask.asked(), at(offset), Trigger::Failure, params) {
            Usable::Yes(_) => Some(self.places[&place].1.clone()),
            Usable::No(_) => None,
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    fn put(&mut self, place: String, entry: &Entry, body: &str) {
        self.places.insert(place, (entry.to_json(), body.to_owned()));
    }

    fn entry(&self, place: &str) -> Option<Entry> {
        Entry::from_json(&self.places.get(place)?.0)
    }
}
