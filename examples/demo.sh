#!/bin/sh
# A nurse's first registration and a retiree's reimbursement: verdict, outputs, and the reasons with their articles.
set -e
cd "$(dirname "$0")/.."
enact() { cargo run -q -p enact -- "$@"; }
enact run examples/nurse_registration --decision first_registration --input examples/nurse_registration/inputs/first_registration.json --explain --lang zh
enact run examples/insurance_reimbursement --decision outpatient_employee --input examples/insurance_reimbursement/inputs/outpatient_employee.json --explain --lang en
