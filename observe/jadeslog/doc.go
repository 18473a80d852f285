package jadeslog
