//! A contract on the host for ChainMaker, with its state.

use crate::{DAY, Ended, Entry, OnChain, State, answer, noon};
use enact_tests::chainmaker::{Chain, Params, Receipt, Refusal, Sender};
use sha2::{Digest, Sha256};

/// The name of the contract.
const NAME: &str = "policy";

/// A contract that is going to be installed by its first message.
pub struct Contract {
    chain: Chain,
    wasm: Vec<u8>,
    gas: u64,
}

impl Contract {
    /// A chain on which a contract of this module will be installed. Instances are used again, as nodes do.
    pub fn new(wasm: &[u8]) -> Contract {
        let mut chain = Chain::new(7);
        chain.reuse_instances();
        chain.time = noon(DAY);
        Contract { chain, wasm: wasm.to_vec(), gas: 0 }
    }
}

impl OnChain for Contract {
    fn raw(&mut self, entry: Entry, sender: &str, message: &[u8]) -> Ended {
        let sender = Sender::named(sender);
        let params: Params = [("input".to_owned(), message.to_vec())].into();
        let receipt = match entry {
            Entry::Instantiate => self.chain.create(NAME, &self.wasm, &sender, &params),
            Entry::Execute => self.chain.invoke(NAME, "execute", &sender, &params),
            Entry::Query => self.chain.query(NAME, "query", &sender, &params),
            Entry::Migrate => self.chain.upgrade(NAME, &self.wasm, &sender, &params),
        };
        let receipt = match receipt {
            Ok(receipt) => receipt,
            // More bytes than a parameter may have.
            Err(Refusal::Params(why)) => return Ended::Stopped(why),
            Err(other) => panic!("{other}"),
        };
        self.gas = receipt.gas;
        ended(&receipt)
    }

    fn address(&self, name: &str) -> String {
        let sender = Sender::named(name);
        let hash = Sha256::digest(format!("{}\n{}", sender.org_id, sender.pk));
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn state(&self) -> State {
        let all = self.chain.state().iter();
        all.filter(|(place, _)| place.0 == NAME)
            .map(|(place, value)| (place.1.clone().into_bytes(), value.clone()))
            .collect()
    }

    fn put_state(&mut self, _: State) {
        panic!("the host keeps its own state");
    }

    fn set_day(&mut self, day: i64) {
        self.chain.time = noon(day);
    }

    fn gas(&self) -> u64 {
        self.gas
    }
}

fn ended(receipt: &Receipt) -> Ended {
    if receipt.code == 0 {
        return Ended::Done(answer(&receipt.result));
    }
    match receipt.message.strip_prefix("contract message:") {
        Some(said) => Ended::Refused(answer(said.as_bytes())),
        None => Ended::Stopped(receipt.message.clone()),
    }
}
