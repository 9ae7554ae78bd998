//! How does something go on that takes time? A task is one future and the promises that it waits for at the moment.
//!
//! wasm-bindgen's own executor serves any future: each wait costs it a microtask and two closures that the garbage collector
//! has to look after. Here a promise brings its result and the task goes on at once; of a task JavaScript has one object.
//! No waker wakes anything: what does not wait for a [`Settled`] in the end waits for ever.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use worker::js_sys::Promise;
use worker::wasm_bindgen;
use worker::wasm_bindgen::prelude::*;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    /// What holds it there.
    pub type Task;
    #[wasm_bindgen(constructor)]
    fn new(running: &JsValue) -> Task;
    #[wasm_bindgen(method)]
    fn promise(this: &Task) -> Promise;
    #[wasm_bindgen(method)]
    fn start(this: &Task);
    #[wasm_bindgen(method, js_name = waitFor)]
    fn wait_for(this: &Task, promise: &Promise, place: u32);

    type Timer;
    #[wasm_bindgen(constructor)]
    fn new(millis: f64) -> Timer;
    #[wasm_bindgen(method, getter)]
    fn over(this: &Timer) -> Promise;
    #[wasm_bindgen(method)]
    fn end(this: &Timer);
}

/// What the future gives, if it does so at once, else a promise of it. It must not be `undefined`.
pub fn promised<T: Into<JsValue>>(future: impl Future<Output = T> + 'static) -> JsValue {
    let running = Running::new(async { future.await.into() });
    let mut task = None;
    match running.0.poll(&mut task) {
        Poll::Ready(output) => output,
        Poll::Pending => task.unwrap_or_else(|| running.task()).promise().into(),
    }
}

/// A promise that is kept when the future is over. It begins when all that goes on now is.
pub fn later(future: impl Future<Output = ()> + 'static) -> Promise {
    let task = begun(future);
    task.promise()
}

/// The same, and nobody waits for it.
pub fn detached(future: impl Future<Output = ()> + 'static) {
    begun(future);
}

fn begun(future: impl Future<Output = ()> + 'static) -> Task {
    let output = async {
        future.await;
        JsValue::NULL
    };
    let task = Running::new(output).task();
    task.start();
    task
}

/// What the promise brings, for the task that polls this first.
pub fn settled<T>(promise: Promise<T>) -> Settled {
    Settled::Asked(promise.unchecked_into())
}

/// Waits for that long.
pub async fn sleep(time: Duration) {
    let timer = Ending(Timer::new(time.as_secs_f64() * 1000.0));
    // It is never rejected.
    let _ = settled(timer.0.over()).await;
}

/// A timer, put out when nobody waits for it any more.
struct Ending(Timer);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A promise that is waited for.
pub enum Settled {
    /// Nobody does so yet.
    Asked(Promise),
    /// Its result will lie there.
    Waiting(Rc<Slot>),
}

type Slot = Cell<Option<Result<JsValue, JsValue>>>;

impl Future for Settled {
    type Output = Result<JsValue, JsValue>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context) -> Poll<Self::Output> {
        match &*self {
            Self::Asked(promise) => {
                let slot = Rc::default();
                CURRENT.with_borrow_mut(|current| {
                    if let Some(current) = current {
                        current.wait_for(promise, Rc::clone(&slot));
                    }
                });
                *self = Self::Waiting(slot);
                Poll::Pending
            }
            Self::Waiting(slot) => slot.take().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

thread_local! {
    /// The task that is being polled.
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

struct Current {
    inner: Rc<Inner>,
    /// Made when it first has to wait.
    task: Option<Task>,
}

impl Current {
    fn wait_for(&mut self, promise: &Promise, slot: Rc<Slot>) {
        let place = self.inner.place(slot);
        let inner = &self.inner;
        self.task.get_or_insert_with(|| Running(Rc::clone(inner)).task()).wait_for(promise, place);
    }
}

struct Inner {
    future: Cell<Option<Pin<Box<dyn Future<Output = JsValue>>>>>,
    /// Where the promises that are waited for put their results, each once.
    slots: RefCell<Vec<Option<Rc<Slot>>>>,
}

impl Inner {
    fn poll(self: &Rc<Self>, task: &mut Option<Task>) -> Poll<JsValue> {
        let Some(mut future) = self.future.take() else { return Poll::Pending };
        let before = CURRENT.replace(Some(Current { inner: Rc::clone(self), task: task.take() }));
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        *task = CURRENT.replace(before).and_then(|current| current.task);
        if polled.is_pending() {
            self.future.set(Some(future));
        }
        polled
    }

    fn place(&self, slot: Rc<Slot>) -> u32 {
        let mut slots = self.slots.borrow_mut();
        let free = slots.iter().position(Option::is_none).unwrap_or_else(|| {
            slots.push(None);
            slots.len() - 1
        });
        if let Some(place) = slots.get_mut(free) {
            *place = Some(slot);
        }
        u32::try_from(free).unwrap_or(u32::MAX)
    }
}

/// A task, as JavaScript has it.
#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
pub struct Running(Rc<Inner>);

impl Running {
    fn new(future: impl Future<Output = JsValue> + 'static) -> Self {
        Self(Rc::new(Inner { future: Cell::new(Some(Box::pin(future))), slots: RefCell::default() }))
    }

    fn task(self) -> Task {
        Task::new(&self.into())
    }
}

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
impl Running {
    /// The promise of this place is settled, if there is such; what the future gives, or `undefined` if it goes on.
    #[wasm_bindgen(js_name = goOn)]
    pub fn go_on(&self, task: Task, place: u32, fulfilled: bool, value: JsValue) -> JsValue {
        let slot = self.0.slots.borrow_mut().get_mut(place as usize).and_then(Option::take);
        if let Some(slot) = slot {
            slot.set(Some(if fulfilled { Ok(value) } else { Err(value) }));
        }
        match self.0.poll(&mut Some(task)) {
            Poll::Ready(output) => output,
            Poll::Pending => JsValue::UNDEFINED,
        }
    }
}
