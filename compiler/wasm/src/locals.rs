//! Where the locals of a function are: those that are never needed at once share a local of WASM, and where a chain allows few, the least used lie in memory.
//!
//! The lifetime of a local is a range of places in the text of its function. Values that are carried from one turn of a loop to the next, or out of it, live for the whole loop.

use enact_machine::code::{Expr, Function, Local, Stmt, Ty};

/// Where a local is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a local of WASM.
    Local(u32),
    /// In memory, so many bytes after the start of the function's frame.
    Memory(u32),
}

/// The locals of a function.
pub(crate) struct Locals {
    /// Of each local of the machine code.
    places: Vec<Place>,
    reads: Vec<u32>,
    writes: Vec<u32>,
    /// The locals of WASM after the parameters.
    pub(crate) types: Vec<Ty>,
    /// Bytes of the frame.
    pub(crate) frame: u32,
    /// What has to be 0 at the start, in memory.
    pub(crate) zeros: Vec<u32>,
    /// A local of each type to hold what goes to memory; only where there is a frame.
    pub(crate) scratch: [u32; 2],
}

impl Locals {
    /// The locals of a function, of which no more than `most` are locals of WASM beside the parameters.
    pub(crate) fn new(function: &Function, most: Option<u32>) -> Locals {
        let walk = Walk::over(function);
        let mut slots = share(function, &walk.lives);
        slots.sort_by_key(|slot| (slot.long, std::cmp::Reverse(slot.uses)));
        let over = most.filter(|most| slots.len() as u64 > u64::from(*most)).map(|most| most.saturating_sub(2));
        let mut by_use: Vec<usize> = (0..slots.len()).collect();
        by_use.sort_by_key(|n| std::cmp::Reverse(slots.get(*n).map_or(0, |slot| slot.uses)));
        let spilled = by_use.get(over.unwrap_or(u32::MAX) as usize..).unwrap_or_default();
        let params = count(function.params.len());
        let mut it = Locals {
            places: (0..params).map(Place::Local).collect(),
            reads: walk.lives.iter().map(|life| life.reads).collect(),
            writes: walk.lives.iter().map(|life| life.writes).collect(),
            types: Vec::new(),
            frame: 0,
            zeros: Vec::new(),
            scratch: [0; 2],
        };
        it.places.resize(walk.lives.len(), Place::Local(0));
        for (n, slot) in slots.iter().enumerate() {
            let place = if spilled.contains(&n) {
                let at = it.frame;
                it.frame += 8;
                if slot.zero {
                    it.zeros.push(at);
                }
                Place::Memory(at)
            } else {
                it.types.push(if slot.long { Ty::I64 } else { Ty::I32 });
                Place::Local(params + count(it.types.len()) - 1)
            };
            for local in &slot.locals {
                if let Some(known) = it.places.get_mut(*local) {
                    *known = place;
                }
            }
        }
        if it.frame > 0 {
            let next = params + count(it.types.len());
            it.types.extend([Ty::I32, Ty::I64]);
            it.scratch = [next, next + 1];
        }
        it
    }

    /// Where a local is.
    pub(crate) fn place(&self, local: Local) -> Place {
        self.places.get(local.0 as usize).copied().unwrap_or(Place::Local(local.0))
    }

    /// Whether a local is set once and read once.
    pub(crate) fn is_passed_on(&self, local: Local) -> bool {
        let of = |counts: &[u32]| counts.get(local.0 as usize).copied();
        of(&self.reads) == Some(1) && of(&self.writes) == Some(1)
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A local of WASM in the making.
struct Slot {
    long: bool,
    /// The last place at which it is taken.
    until: u32,
    uses: u32,
    zero: bool,
    locals: Vec<usize>,
}

/// Gives each local a slot that is free for its whole life.
fn share(function: &Function, lives: &[Life]) -> Vec<Slot> {
    let params = function.params.len();
    let mut order: Vec<usize> = (params..lives.len()).collect();
    order.retain(|n| lives.get(*n).is_some_and(|life| life.reads + life.writes > 0));
    order.sort_by_key(|n| lives.get(*n).map(|life| life.first));
    let mut slots: Vec<Slot> = Vec::new();
    for local in order {
        let (Some(life), Some(ty)) = (lives.get(local), function.local(Local(count(local)))) else { continue };
        let long = ty == Ty::I64;
        let free = slots.iter_mut().find(|it| it.long == long && it.until < life.first && !life.zero);
        let slot = match free {
            Some(slot) => slot,
            None => {
                slots.push(Slot { long, until: 0, uses: 0, zero: life.zero, locals: Vec::new() });
                let Some(slot) = slots.last_mut() else { continue };
                slot
            }
        };
        slot.until = life.last;
        slot.uses = slot.uses.saturating_add(life.reads + life.writes);
        slot.locals.push(local);
    }
    slots
}

/// The life of a local.
#[derive(Clone, Default)]
struct Life {
    first: u32,
    last: u32,
    reads: u32,
    writes: u32,
    /// It may be read before it is set, so that it must begin as 0 and share with nothing before it.
    zero: bool,
}

struct Walk {
    lives: Vec<Life>,
    /// How many loops were around each local when it was last set for certain, in the present turn of each of them; `None` where it may not have been set.
    set: Vec<Option<u32>>,
    /// What `set` was, to be taken back.
    journal: Vec<(usize, Option<u32>)>,
    at: u32,
    /// Where the loops begin that are around, and which locals each of them carries over.
    open: Vec<(u32, Vec<usize>)>,
    loops: Vec<(u32, u32)>,
}

impl Walk {
    fn over(function: &Function) -> Walk {
        let all = function.params.len() + function.locals.len();
        let mut set = vec![None; all];
        set.iter_mut().take(function.params.len()).for_each(|it| *it = Some(0));
        let lives = vec![Life { first: u32::MAX, ..Life::default() }; all];
        let mut it = Walk { lives, set, journal: Vec::new(), at: 0, open: Vec::new(), loops: Vec::new() };
        it.block(&function.body);
        // What comes out of a loop lives there from its start on.
        let loops = std::mem::take(&mut it.loops);
        for life in &mut it.lives {
            for (start, end) in &loops {
                if *start < life.first && life.first <= *end && *end < life.last {
                    life.first = *start;
                }
            }
            if life.zero {
                life.first = 0;
            }
        }
        it
    }

    /// Whether the end of the block may be reached.
    fn block(&mut self, block: &[Stmt]) -> bool {
        let mut goes_on = true;
        for stmt in block {
            goes_on &= self.stmt(stmt);
        }
        goes_on
    }

    fn stmt(&mut self, stmt: &Stmt) -> bool {
        self.at += 2;
        match stmt {
            Stmt::Set(local, value) => {
                self.expr(value);
                self.write(*local);
            }
            Stmt::Call { args, results, .. } => {
                args.iter().for_each(|it| self.expr(it));
                results.iter().for_each(|it| self.write(*it));
            }
            Stmt::Store { address, value, .. } => {
                self.expr(address);
                self.expr(value);
            }
            Stmt::If(condition, yes, no) => {
                self.expr(condition);
                return self.choice(yes, no);
            }
            Stmt::Loop(body) => self.turns(body),
            Stmt::Break(_) | Stmt::Continue(_) => return false,
            Stmt::Return(values) => {
                values.iter().for_each(|it| self.expr(it));
                return false;
            }
        }
        true
    }

    fn choice(&mut self, yes: &[Stmt], no: &[Stmt]) -> bool {
        let start = self.journal.len();
        let after_yes = self.block(yes);
        let of_yes = self.take_back(start);
        let after_no = self.block(no);
        let of_no = self.take_back(start);
        match (after_yes, after_no) {
            (true, true) => {
                for (local, depth) in &of_yes {
                    let other = of_no.binary_search_by_key(local, |it| it.0).ok().and_then(|at| of_no.get(at));
                    if let Some((_, other)) = other {
                        self.put(*local, (*depth).min(*other));
                    }
                }
            }
            (true, false) => of_yes.into_iter().for_each(|(local, depth)| self.put(local, depth)),
            (false, true) => of_no.into_iter().for_each(|(local, depth)| self.put(local, depth)),
            (false, false) => {}
        }
        after_yes || after_no
    }

    fn turns(&mut self, body: &[Stmt]) {
        let (start, mark) = (self.at, self.journal.len());
        self.open.push((start, Vec::new()));
        self.block(body);
        self.take_back(mark);
        self.at += 2;
        let end = self.at + 1;
        self.loops.push((start, end));
        for local in self.open.pop().map(|it| it.1).unwrap_or_default() {
            if let Some(life) = self.lives.get_mut(local) {
                life.first = life.first.min(start);
                life.last = life.last.max(end);
            }
        }
    }

    /// Takes back what has been set since, and tells it, in the order of the locals.
    fn take_back(&mut self, mark: usize) -> Vec<(usize, Option<u32>)> {
        let mut changed = Vec::new();
        for (local, before) in self.journal.split_off(mark).into_iter().rev() {
            if let Some(now) = self.set.get_mut(local) {
                changed.push((local, *now));
                *now = before;
            }
        }
        // The last change of a local comes first here.
        changed.sort_by_key(|(local, _)| *local);
        changed.dedup_by_key(|(local, _)| *local);
        changed
    }

    fn put(&mut self, local: usize, depth: Option<u32>) {
        if let Some(now) = self.set.get_mut(local).filter(|now| **now != depth) {
            self.journal.push((local, *now));
            *now = depth;
        }
    }

    fn write(&mut self, local: Local) {
        let n = local.0 as usize;
        let at = self.at + 1;
        if let Some(life) = self.lives.get_mut(n) {
            life.first = life.first.min(at);
            life.last = life.last.max(at);
            life.writes += 1;
        }
        self.put(n, Some(count(self.open.len())));
    }

    fn read(&mut self, local: Local) {
        let n = local.0 as usize;
        let set = self.set.get(n).copied().flatten();
        if let Some(life) = self.lives.get_mut(n) {
            life.first = life.first.min(self.at);
            life.last = life.last.max(self.at);
            life.reads += 1;
            life.zero |= set.is_none();
        }
        for (_, carried) in self.open.iter_mut().skip(set.unwrap_or(0) as usize) {
            carried.push(n);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::I32(_) | Expr::I64(_) | Expr::Data(_) => {}
            Expr::Get(local) => self.read(*local),
            Expr::Load { address, .. } => self.expr(address),
            Expr::Unary(_, value) => self.expr(value),
            Expr::Offset(a, b) | Expr::Binary(_, _, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            Expr::Select(_, condition, yes, no) => [condition, yes, no].into_iter().for_each(|it| self.expr(it)),
        }
    }
}
