"""Playing a playbook on a virtual clock with nothing sent: for `firebreak rehearse`, and for the tests that lie beside
the playbooks. The interpreter, the rules and the store are the real ones."""
