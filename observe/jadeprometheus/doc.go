// Package jadeprometheus
package jadeprometheus
