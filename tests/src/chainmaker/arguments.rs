//! What a method is given: the caller's parameters and those that the host adds.

use super::codec::{Item, Value, encode};
use super::state::check_name;
use super::transaction::Transaction;
use super::{Params, Sender};
use crate::random::Random;

/// Parameters of a call at most, without the host's.
pub const MAX_PARAMS: usize = 50;
/// Bytes of a parameter's value at most.
pub const MAX_VALUE: usize = 10_000_000;

/// Whether a call may have these parameters.
///
/// # Errors
/// If there are more than 50, a name is not of the allowed characters or too long, or a value has more than 10 MB.
pub(super) fn check(params: &Params) -> Result<(), String> {
    if params.len() > MAX_PARAMS {
        return Err(format!("{} parameters, more than {MAX_PARAMS}", params.len()));
    }
    for (name, value) in params {
        check_name("name of a parameter", name)?;
        if value.len() > MAX_VALUE {
            return Err(format!("the parameter `{name}` has {} bytes, more than {MAX_VALUE}", value.len()));
        }
    }
    Ok(())
}

/// Of whom and for whom a method runs, beside the transaction.
pub(super) struct Setting<'a> {
    /// Who installed the contract.
    pub(super) creator: &'a Sender,
    /// What stands for this call in the headers of its system calls.
    pub(super) context: i32,
    /// The calling contract, if it is one.
    pub(super) caller: Option<&'a str>,
}

/// The bytes of the arguments. The order is by chance, and so is which of the newer parameters of the host are there. Where a caller uses a name
/// of the host, the host's value stands.
pub(super) fn arguments(tx: &Transaction, params: &Params, setting: &Setting<'_>, random: &mut Random) -> Vec<u8> {
    let mut all = params.clone();
    let mut put = |name: &str, value: &str| all.insert(format!("__{name}__"), value.as_bytes().to_vec());
    for (whose, who) in [("creator", setting.creator), ("sender", &tx.about.sender)] {
        put(&format!("{whose}_org_id"), &who.org_id);
        put(&format!("{whose}_role"), &who.role);
        put(&format!("{whose}_pk"), &who.pk);
    }
    put("block_height", &tx.about.height.to_string());
    put("tx_id", &tx.about.id);
    put("tx_time_stamp", &tx.about.time.to_string());
    put("context_ptr", &setting.context.to_string());
    let newer = ["addr_type", "sender_type", "creator_type", "cross_caller"];
    for (name, value) in newer.into_iter().zip(["0", "0", "0", setting.caller.unwrap_or_default()]) {
        if random.below(2) == 0 {
            put(name, value);
        }
    }
    let mut items: Vec<Item> = all.into_iter().map(|(name, value)| Item::user(&name, Value::Bytes(value))).collect();
    for left in (1..items.len()).rev() {
        items.swap(left, random.below(left + 1));
    }
    encode(&items)
}

/// A context by chance: of few or many digits, now and then negative, for it is any number of 32 bits. Never 0, which would be the same as none.
pub(super) fn context(random: &mut Random) -> i32 {
    let number = (random.number() >> 32) as u32 >> random.below(32);
    number.max(1).cast_signed()
}
