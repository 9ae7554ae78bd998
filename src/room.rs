//! How much memory do bodies take up that an isolate holds for copies, or until they are whole?
//!
//! A ledger of shares. Whoever takes one gives it back; but the runtime may end a request at any moment, and then nothing
//! of it runs any more, not even what would give the share back. So each share ends by itself as well. Time is an argument.

use std::time::Duration;

use crate::time::Time;

/// The ledger.
#[derive(Debug, Default)]
pub struct Room {
    shares: Vec<Share>,
    next: u64,
}

/// Which share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u64);

#[derive(Debug)]
struct Share {
    ticket: Ticket,
    bytes: u64,
    until: Time,
}

impl Room {
    /// A share of nothing, which can [grow](Self::grow).
    pub fn enter(&mut self, now: Time, lasts: Duration) -> Ticket {
        self.shares.retain(|share| share.until > now);
        let ticket = Ticket(self.next);
        self.next = self.next.wrapping_add(1);
        self.shares.push(Share { ticket, bytes: 0, until: now + lasts });
        ticket
    }

    /// Makes a share larger, if so much is free; it then lasts so long from now on. One alone may be of any size.
    pub fn grow(&mut self, ticket: Ticket, bytes: u64, now: Time, lasts: Duration) -> bool {
        let others = self.shares.iter().filter(|share| share.ticket != ticket);
        let others = others.fold(0, |sum: u64, share| sum.saturating_add(share.bytes));
        let own = self.shares.iter_mut().find(|share| share.ticket == ticket);
        let all = own.as_ref().map_or(0, |share| share.bytes).saturating_add(bytes);
        if others > 0 && others.saturating_add(all) > MAX {
            return false;
        }
        match own {
            Some(share) => (share.bytes, share.until) = (all, now + lasts),
            // It has ended by itself, and its holder is there after all.
            None => self.shares.push(Share { ticket, bytes: all, until: now + lasts }),
        }
        true
    }

    /// Makes a share no larger than this.
    pub fn shrink(&mut self, ticket: Ticket, bytes: u64) {
        for share in self.shares.iter_mut().filter(|share| share.ticket == ticket) {
            share.bytes = share.bytes.min(bytes);
        }
    }

    /// Gives a share back. What is read may still lie in the branch of a visitor who takes it more slowly; nobody tells when
    /// it does not.
    pub fn leave(&mut self, ticket: Ticket, now: Time) {
        for share in self.shares.iter_mut().filter(|share| share.ticket == ticket) {
            share.until = now + Duration::from_millis(share.bytes / SLOW_READER);
        }
    }
}

/// Bytes of bodies that an isolate holds at one time. All requests of an isolate share 128 MB, and the branch of a visitor
/// who is slower than we read holds as much once more.
const MAX: u64 = 16 * 1024 * 1024;

/// The slowest visitor that is reckoned with, in bytes a millisecond (2 Mbit/s).
const SLOW_READER: u64 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: u64) -> Time {
        Time::from_millis(seconds * 1000)
    }

    fn take(room: &mut Room, bytes: u64, now: Time) -> Option<Ticket> {
        let ticket = room.enter(now, MINUTE);
        room.grow(ticket, bytes, now, MINUTE).then_some(ticket)
    }

    #[test]
    fn there_is_so_much_of_it_and_no_more() {
        let mut room = Room::default();
        let half = take(&mut room, MAX / 2, at(0)).unwrap();
        take(&mut room, MAX / 2, at(0)).unwrap();
        assert_eq!(take(&mut room, 1, at(0)), None);
        room.leave(half, at(0));
        assert_eq!(take(&mut room, 1, at(10)), None, "a slow visitor may still have it before them");
        assert!(take(&mut room, MAX / 2, at(40)).is_some());
    }

    #[test]
    fn one_alone_may_be_of_any_size() {
        let mut room = Room::default();
        let large = take(&mut room, MAX * 2, at(0)).unwrap();
        assert!(room.grow(large, MAX, at(1), MINUTE));
        assert_eq!(take(&mut room, 1, at(2)), None);
    }

    #[test]
    fn what_was_smaller_than_thought_is_free_sooner() {
        let mut room = Room::default();
        let small = take(&mut room, MAX, at(0)).unwrap();
        room.shrink(small, MAX / 64);
        let other = take(&mut room, MAX / 64 * 63, at(0)).unwrap();
        assert_eq!(take(&mut room, 1, at(0)), None);
        room.shrink(other, MAX);
        assert_eq!(take(&mut room, 1, at(0)), None, "it does not grow by that");
        room.leave(small, at(0));
        assert!(take(&mut room, MAX / 64, at(2)).is_some());
    }

    #[test]
    fn what_nobody_gives_back_ends_by_itself() {
        let mut room = Room::default();
        for round in 0..100 {
            assert!(take(&mut room, MAX, at(round * 60)).is_some(), "{round}");
        }
        assert!(room.shares.len() < 3, "{}", room.shares.len());
    }

    #[test]
    fn what_grows_lasts_longer() {
        let mut room = Room::default();
        let growing = room.enter(at(0), MINUTE);
        for second in 0..100 {
            assert!(room.grow(growing, MAX / 100, at(second), MINUTE));
        }
        assert_eq!(take(&mut room, MAX / 2, at(120)), None);
        let later = take(&mut room, MAX / 2, at(200));
        assert!(later.is_some() && !room.grow(growing, MAX, at(201), MINUTE), "its place is taken");
        room.leave(later.unwrap(), at(201));
        assert!(take(&mut room, MAX, at(240)).is_some());
    }
}
