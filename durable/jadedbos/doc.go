// Package jadedbos runs flows durably on DBOS Transact.
package jadedbos
