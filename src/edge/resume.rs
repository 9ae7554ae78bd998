//! How does a download go on when its body breaks off (`RESUME`)? Bytes go from stream to stream in JavaScript, which asks
//! here for another stream whenever one ends too soon. Nothing passes through Wasm.
//!
//! Nothing of it is in `wait_until`: when the visitor goes away, the runtime ends all that belongs to the request, the
//! origin's connection first, and what is kept here goes with the garbage.

use std::cell::Cell;
use std::rc::Rc;

use worker::wasm_bindgen::prelude::*;
use worker::web_sys::Response;

use super::copied::copied;
use super::drive::{self, Driver, lend};
use super::log;
use super::task::{detached, promised};
use crate::flow::{Answer, Finish};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn spliced(response: &Response, length: f64, rest: &JsValue) -> Result<Response, JsValue>;
}

/// The same response with a body of that length, which goes on when the origin's breaks off; untouched, should the runtime
/// make no other of it.
pub fn resumable(driver: Driver, response: Response, length: u64) -> Response {
    let driver = Rc::new(Cell::new(Some(driver)));
    let rest = move |received: f64| -> JsValue {
        let driver = Rc::clone(&driver);
        promised(async move {
            let Some(mut lent) = driver.take() else { return JsValue::NULL };
            let body = lent.rest(received as u64, length).await.and_then(|rest| rest.body());
            driver.set(Some(lent));
            body.map_or(JsValue::NULL, JsValue::from)
        })
    };
    let rest = Closure::<dyn FnMut(f64) -> JsValue>::new(rest).into_js_value();
    spliced(&response, length as f64, &rest).unwrap_or(response)
}

impl Driver {
    /// What follows after so many bytes. Asked for once more when all have arrived: then there is only the log to write.
    async fn rest(&mut self, received: u64, length: u64) -> Option<Response> {
        if received >= length {
            let line = lend(&mut self.flow, |flow, now| flow.arrived(now));
            line.iter().for_each(log::write);
            return None;
        }
        let step = self.lend(|flow, now| flow.broke_off(received, now));
        let (finish, _) = self.run(step).await;
        let Finish { answer, after } = *finish;
        after.line.iter().for_each(log::write);
        if let Some(consult) = after.tell {
            // Nobody waits for it, and it may go with the visitor.
            detached(drive::tell(consult, self.env.clone()));
        }
        match answer {
            Answer::Origin { .. } => self.ended.take(),
            Answer::Copy(served) => {
                self.discard();
                copied(served, self.copy.take())
            }
            Answer::Page(_) | Answer::BreakOff => {
                self.discard();
                None
            }
        }
    }
}
