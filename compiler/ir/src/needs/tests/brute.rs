//! Brute force: every completion of every state, and what the definitions say of it.

use crate::needs::cells::Cells;
use crate::needs::domain::Abstract;
use crate::needs::judge::Judged;
use crate::needs::run::Context;
use crate::needs::{Answer, Needs, Question, Refined, needs, refine};
use crate::*;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Every value of a small type.
pub(super) fn values(program: &Program, ty: &Type) -> Vec<Value> {
    match ty {
        Type::Bool => [false, true].map(Value::Bool).to_vec(),
        Type::Number(number) => (number.lo..=number.hi).map(Value::Number).collect(),
        Type::Enum(id) => (0..program.enum_of(*id).unwrap().cases.len() as u32).map(Value::Enum).collect(),
        Type::Optional(inner) => [Value::Absent].into_iter().chain(values(program, inner)).collect(),
        Type::Record(id) => {
            let fields = &program.record_of(*id).unwrap().fields;
            product(&fields.iter().map(|field| values(program, &field.ty)).collect::<Vec<_>>())
                .into_iter()
                .map(Value::Record)
                .collect()
        }
        Type::List { element, max } => {
            let each = values(program, element);
            (0..=*max as usize).flat_map(|length| product(&vec![each.clone(); length])).map(Value::List).collect()
        }
        Type::Date | Type::Text { .. } => panic!("no small type"),
    }
}

fn product<T: Clone>(all: &[Vec<T>]) -> Vec<Vec<T>> {
    all.iter().fold(vec![Vec::new()], |found, one| {
        found.iter().flat_map(|head| one.iter().map(|it| head.iter().cloned().chain([it.clone()]).collect())).collect()
    })
}

/// The facts that a missing input of this type is asked by, as places in it: fields of records, otherwise the whole.
fn facts_of(program: &Program, name: &str, ty: &Type) -> Vec<(String, Vec<usize>)> {
    match ty {
        Type::Record(id) => {
            let fields = program.record_of(*id).unwrap().fields.iter().enumerate();
            let inner = fields.flat_map(|(n, field)| {
                let inner = facts_of(program, &format!("{name}.{}", field.name), &field.ty);
                inner.into_iter().map(move |(path, way)| (path, [n].into_iter().chain(way).collect()))
            });
            inner.collect()
        }
        _ => vec![(name.to_owned(), Vec::new())],
    }
}

/// The value with what stands at a place taken out: values equal but for the fact are equal after this.
fn without(value: &Value, way: &[usize]) -> Value {
    match (value, way.split_first()) {
        (Value::Record(parts), Some((n, rest))) => {
            let mut parts = parts.clone();
            parts[*n] = without(&parts[*n], rest);
            Value::Record(parts)
        }
        _ => Value::Absent,
    }
}

/// A decision on which everything is counted out.
pub(super) struct Brute {
    pub(super) program: Program,
    pub(super) question: Question,
    domains: Vec<Vec<Value>>,
    answers: BTreeMap<Vec<Value>, Answer>,
}

/// How often the tiers said what brute force says.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) states: usize,
    pub(super) decided: usize,
    pub(super) decided_found: usize,
    pub(super) required: usize,
    pub(super) certain: usize,
    pub(super) said: usize,
}

impl Brute {
    pub(super) fn new(program: Program, question: Question) -> Brute {
        let domains: Vec<Vec<Value>> =
            program.decisions[0].inputs.iter().map(|field| values(&program, &field.ty)).collect();
        let mut brute = Brute { program, question, domains, answers: BTreeMap::new() };
        brute.answers = product(&brute.domains).into_iter().map(|all| (all.clone(), brute.concrete(&all))).collect();
        brute
    }

    /// The answers of all cases.
    pub(super) fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.answers.values()
    }

    /// The answer of a case in which all is known.
    pub(super) fn answer(&self, facts: &Facts) -> Option<&Answer> {
        let known = |fact: &Fact| if let Fact::Known(value) = fact { Some(value.clone()) } else { None };
        self.answers.get(&facts.inputs.iter().map(known).collect::<Option<Vec<Value>>>()?)
    }

    fn decision(&self) -> &Decision {
        &self.program.decisions[0]
    }

    /// The answer where all is known. That the abstract run is exact on points is held against the interpreter elsewhere.
    fn concrete(&self, all: &[Value]) -> Answer {
        let context = Context::new(&self.program, self.decision());
        let types = self.decision().inputs.iter().map(|field| &field.ty).chain([&Type::Date]);
        let values = all.iter().cloned().chain([Value::Date(50)]);
        let roots: Vec<Rc<Abstract>> =
            values.zip(types).map(|(value, ty)| Rc::new(Abstract::of(&self.program, &value, ty))).collect();
        match context.run(&roots).judge(self.question) {
            Judged::Point(answer) => answer,
            Judged::Open(cells) => panic!("{all:?} leaves {cells:?} open"),
        }
    }

    /// The completions of a state: what is not known ranges over its domain.
    fn completions(&self, state: &[Option<Value>]) -> Vec<Vec<Value>> {
        let known = state.iter().zip(&self.domains);
        product(&known.map(|(known, all)| known.clone().map_or_else(|| all.clone(), |it| vec![it])).collect::<Vec<_>>())
    }

    pub(super) fn is_decided(&self, state: &[Option<Value>]) -> bool {
        let all: BTreeSet<Answer> = self.completions(state).iter().map(|it| self.answers[it].key()).collect();
        all.len() == 1
    }

    /// The facts that the answer depends on: by the definition.
    fn required(&self, state: &[Option<Value>]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let completions = self.completions(state);
        for (root, field) in self.decision().inputs.iter().enumerate().filter(|(root, _)| state[*root].is_none()) {
            for (path, way) in facts_of(&self.program, &field.name, &field.ty) {
                let mut groups: BTreeMap<Vec<Value>, Answer> = BTreeMap::new();
                for completion in &completions {
                    let mut rest = completion.clone();
                    rest[root] = without(&rest[root], &way);
                    let answer = self.answers[completion].key();
                    if groups.insert(rest, answer.clone()).is_some_and(|other| other != answer) {
                        found.insert(path.clone());
                    }
                }
            }
        }
        found
    }

    /// Whether the answer depends on a fact whatever the others are.
    fn unavoidable(&self, state: &[Option<Value>], path: &str) -> bool {
        let mut groups: BTreeMap<Vec<Value>, BTreeSet<Answer>> = BTreeMap::new();
        for (root, field) in self.decision().inputs.iter().enumerate() {
            for (_, way) in facts_of(&self.program, &field.name, &field.ty).into_iter().filter(|(it, _)| it == path) {
                for completion in self.completions(state) {
                    let mut rest = completion.clone();
                    rest[root] = without(&rest[root], &way);
                    groups.entry(rest).or_default().insert(self.answers[&completion].key());
                }
            }
        }
        !groups.is_empty() && groups.values().all(|answers| answers.len() > 1)
    }

    pub(super) fn states(&self) -> Vec<Vec<Option<Value>>> {
        let each: Vec<Vec<Option<Value>>> =
            self.domains.iter().map(|all| [None].into_iter().chain(all.iter().cloned().map(Some)).collect()).collect();
        product(&each)
    }

    pub(super) fn facts(&self, state: &[Option<Value>]) -> Facts {
        Facts { inputs: state.iter().map(|it| it.clone().map_or(Fact::Missing, Fact::Known)).collect() }
    }

    /// Holds every tier against the definitions in one state.
    pub(super) fn check(&self, state: &[Option<Value>], exact: bool, tally: &mut Tally) {
        let facts = self.facts(state);
        let context = || format!("{state:?}\n{:#?}", self.decision());
        let decided = self.is_decided(state);
        let required = self.required(state);
        assert_eq!(decided, required.is_empty(), "a box is decided if and only if nothing is required");
        self.check_first_tier(&facts, &required);
        let found = needs(&self.program, "d", &facts, 50, self.question).unwrap();
        let certain: BTreeSet<String> = found.certain.iter().map(|it| it.fact.path.clone()).collect();
        let said: BTreeSet<String> =
            certain.iter().cloned().chain(found.possible.iter().map(|it| it.fact.path.clone())).collect();
        assert!(required.is_subset(&said), "{required:?} but only {said:?}: {}", context());
        assert!(certain.is_subset(&required), "{certain:?} but only {required:?}: {}", context());
        assert!(!found.decided || decided, "not decided: {}", context());
        assert_eq!(found.order.iter().cloned().collect::<BTreeSet<_>>(), said, "the order names them all");
        if exact {
            assert_eq!(said, required, "{}", context());
            assert_eq!(certain, required, "{}", context());
            assert_eq!(found.decided, decided, "{}", context());
        }
        for path in &required {
            let named = found.unavoidable.contains(path);
            let truly = self.unavoidable(state, path);
            assert!(!named || truly, "{path} can be avoided: {}", context());
            assert!(!exact || named || !truly, "{path} cannot be avoided: {}", context());
        }
        self.check_witnesses(&found);
        self.check_certificate(state, &found);
        if self.question == Question::Answer {
            self.check_refined(state, &facts, &required, exact);
        }
        tally.states += 1;
        tally.decided += usize::from(decided);
        tally.decided_found += usize::from(found.decided);
        tally.required += required.len();
        tally.certain += certain.len();
        tally.said += said.len();
    }

    /// The abstract run alone bounds what is required.
    fn check_first_tier(&self, facts: &Facts, required: &BTreeSet<String>) {
        let context = Context::new(&self.program, self.decision());
        let cells = Cells::new(&self.program, self.decision(), facts, Some(50));
        let named: BTreeSet<String> = match context.run(&cells.roots).judge(self.question) {
            Judged::Point(_) => BTreeSet::new(),
            Judged::Open(open) => {
                cells.facts_of(&open).iter().map(|fact| cells.missing[fact].fact.path.clone()).collect()
            }
        };
        assert!(required.is_subset(&named), "{required:?} but only {named:?}: {facts:?}\n{:#?}", self.decision());
    }

    fn check_witnesses(&self, found: &Needs) {
        let all = |facts: &Facts| -> Vec<Value> {
            facts
                .inputs
                .iter()
                .map(|fact| if let Fact::Known(value) = fact { value.clone() } else { panic!("not complete") })
                .collect()
        };
        for need in &found.certain {
            let witness = need.witness.as_ref().unwrap();
            let (first, second) = (all(&witness.first), all(&witness.second));
            assert_eq!(self.answers[&first].key(), witness.first_answer.key());
            assert_eq!(self.answers[&second].key(), witness.second_answer.key());
            assert_ne!(witness.first_answer.key(), witness.second_answer.key());
            for (root, field) in self.decision().inputs.iter().enumerate() {
                for (path, way) in facts_of(&self.program, &field.name, &field.ty) {
                    if path == need.fact.path {
                        let (mut first, mut second) = (first.clone(), second.clone());
                        first[root] = without(&first[root], &way);
                        second[root] = without(&second[root], &way);
                        assert_eq!(first, second, "the two differ in {path} alone");
                    }
                }
            }
        }
    }

    /// A certificate's facts fix the answer; without any one of them another answer is possible.
    fn check_certificate(&self, state: &[Option<Value>], found: &Needs) {
        assert_eq!(found.certificate.is_some(), found.decided, "{state:?}");
        let (Some(certificate), Some(answer)) = (&found.certificate, &found.answer) else { return };
        let certified: BTreeSet<String> = certificate.facts.iter().map(|it| it.path.clone()).collect();
        let kept = |left_out: Option<&String>| -> BTreeSet<Answer> {
            let agrees = |completion: &Vec<Value>| {
                self.decision().inputs.iter().enumerate().all(|(root, field)| {
                    let given = state[root].as_ref();
                    let mut ways = facts_of(&self.program, &field.name, &field.ty);
                    ways.retain(|(path, _)| certified.contains(path) && left_out != Some(path));
                    ways.iter()
                        .all(|(_, way)| given.is_some_and(|given| part(given, way) == part(&completion[root], way)))
                })
            };
            self.answers.iter().filter(|(completion, _)| agrees(completion)).map(|(_, answer)| answer.key()).collect()
        };
        // Parts of an optional record are named by longer paths than the enumeration knows: those are left to the cases by hand.
        let inputs = self.decision().inputs.iter();
        let known: BTreeSet<String> =
            inputs.flat_map(|field| facts_of(&self.program, &field.name, &field.ty)).map(|(path, _)| path).collect();
        if !certified.is_subset(&known) {
            return;
        }
        let shown = || format!("{state:?} {certificate:?}\n{:#?}", self.decision());
        assert_eq!(kept(None), BTreeSet::from([answer.key()]), "{}", shown());
        for path in &certified {
            assert!(kept(Some(path)).len() > 1, "{path} can be left out: {}", shown());
        }
    }

    fn check_refined(&self, state: &[Option<Value>], facts: &Facts, required: &BTreeSet<String>, exact: bool) {
        let answers: BTreeSet<Answer> = self.completions(state).iter().map(|it| self.answers[it].key()).collect();
        match refine(&self.program, self.decision(), facts, 50) {
            Refined::Pending(paths) => {
                assert!(paths.is_sorted());
                let paths: BTreeSet<String> = paths.into_iter().collect();
                assert!(required.is_subset(&paths));
                assert!(!exact || *required == paths);
            }
            Refined::Decided(answer, places) => {
                assert_eq!(answers, BTreeSet::from([answer.key()]));
                places.into_iter().for_each(|place| self.check_false(state, place));
            }
        }
    }

    /// A requirement that is named is false in every completion.
    fn check_false(&self, state: &[Option<Value>], place: usize) {
        let mut only = self.program.clone();
        only.decisions[0].requirements = vec![only.decisions[0].requirements[place].clone()];
        let only = Brute { program: only, question: Question::Verdict, domains: Vec::new(), answers: BTreeMap::new() };
        assert!(self.completions(state).iter().all(|all| only.concrete(all) == Answer::Refused));
    }
}

fn part(value: &Value, way: &[usize]) -> Value {
    way.iter().fold(value.clone(), |value, n| match value {
        Value::Record(parts) => parts[*n].clone(),
        other => other,
    })
}
